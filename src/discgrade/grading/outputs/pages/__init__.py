"""Grades as pages for people: HTML and PDF."""
