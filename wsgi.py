"""Entry for WSGI servers and for `flask --app wsgi`."""

from consult import create_app

app = create_app()
