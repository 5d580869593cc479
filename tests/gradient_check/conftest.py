"""Keeps pytest from collecting the corpus, which would register each of its classes twice."""

collect_ignore_glob = ["corpus/*"]
