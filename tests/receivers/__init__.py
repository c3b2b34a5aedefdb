"""Faithful small fakes of the places that messages go to, over real HTTP and SMTP. They refuse what they would refuse in truth."""
