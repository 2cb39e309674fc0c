"""Makes Superset's own database in SUPERSET_HOME: python make_home.py USERNAME PASSWORD.

"superset db upgrade", "superset fab create-admin" and "superset init" in one process, since each
takes long to start.  Runs by the Python that has Superset.
"""
import sys

from flask.cli import ScriptInfo
from superset.app import create_app
from superset.cli.main import superset

username, password = sys.argv[1:]
app = create_app()
for arguments in (
        ["db", "upgrade"],
        ["fab", "create-admin", "--username", username, "--password", password, "--firstname", "A", "--lastname", "B",
         "--email", "a@example.org"],
        ["init"]):
    superset.main(arguments, obj=ScriptInfo(create_app=lambda: app), standalone_mode=False)
