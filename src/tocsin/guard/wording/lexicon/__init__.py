"""The words the wording rules look for, as data a communications lead can read, one module for each subject."""
