"""The rules, one file for each part of a training; a rule is a function that yields Suspects."""
