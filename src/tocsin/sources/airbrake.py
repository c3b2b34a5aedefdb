"""Airbrake and Errbit: one error of a project."""

from tocsin.sources.reading.fields import Fields, vendor

SOURCE = vendor(
    "airbrake",
    lambda posting: (
        posting.root.at("error").has("error_message") or posting.root.at("problem").has("error_class", "message")
    ),
    Fields(
        title="error.error_message problem.message",
        headline="error.error_class problem.error_class",
        key="error.id problem.id problem.error_class",
        description="error.file error.error_message problem.where problem.message",
        service="error.project.name problem.app_name",
        environment="error.environment problem.environment error.last_notice.environment",
        starts_at="error.first_occurred_at problem.first_notice_at problem.created_at error.last_occurred_at",
        labels="error.times_occurred problem.notices_count",
        links="airbrake_error_url problem.url",
    ),
)
