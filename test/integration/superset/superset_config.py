"""Superset, as the tests run it: SUPERSET_HOME has its own database, and it asks no other host."""
import copy
import os

from superset.config import TALISMAN_CONFIG

SECRET_KEY = "of a server that runs for a test, on localhost"
SQLALCHEMY_DATABASE_URI = f"sqlite:///{os.environ['SUPERSET_HOME']}/superset.db"

# Every page has a picture from scarf.sh, by which users are counted; maps are from elsewhere, too.
TALISMAN_CONFIG = copy.deepcopy(TALISMAN_CONFIG)
TALISMAN_CONFIG["content_security_policy"].update({"img-src": ["'self'", "blob:", "data:"], "connect-src": ["'self'"]})
