"""What the programs here share: rows as eval_scores gives them, out of a harness's own objects."""
import hashlib
import json
import math


def fact(value):
    """The text of a fact: what could be taken for more of them is quoted, what is long is hashed."""
    if isinstance(value, (bool, list, dict)):
        value = json.dumps(value)
    elif isinstance(value, float):
        value = f"{value:g}"
    value = str(value)
    if len(value.encode()) > 200 or "\n" in value:
        return "sha256:" + hashlib.sha256(value.encode()).hexdigest()[:8]
    return json.dumps(value) if set(value) & set('",') or min(value) < " " else value


def facts(*pairs):
    """key=value, key=value of what is set, or None."""
    return ", ".join(f"{key}={fact(value)}" for key, value in pairs if value not in (None, "", [], {})) or None


def arguments(values):
    """Pairs in the order of jsonb: short keys first."""
    return sorted(values.items(), key=lambda pair: (len(pair[0].encode()), pair[0].encode()))


def number(value):
    """A number, or None for what is no score."""
    return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None


def error(value, score):
    """A standard error; 0 is none where the score says that items differ."""
    value = number(value)
    return None if value == 0 and score is not None and 0 < score < 1 else value
