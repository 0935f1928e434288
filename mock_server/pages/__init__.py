"""The HTML pages of the mock: templates, styles and scripts, rendered by Jinja2."""
