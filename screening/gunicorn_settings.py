"""How gunicorn serves the pages; it reads every name here that is one of its settings."""

from screening.config import read_config
from screening.logs import logconfig_dict

_settings = read_config()

wsgi_app = "screening.app:create_app()"
bind = _settings.address
worker_class = "gthread"  # stands a killed worker and a reload under load without an error
workers = 1  # the counts of tries and of /metrics are this process's; more: docs/administrator.md
threads = _settings.web_threads
timeout = 60  # seconds until a process that does not move is started anew
graceful_timeout = 30  # seconds to finish requests at a reload or a stop
keepalive = 5
limit_request_line = 2048
limit_request_fields = 50
secure_scheme_headers: dict[str, str] = {}  # only PROXIES says which headers are believed

__all__ = ["logconfig_dict"]
