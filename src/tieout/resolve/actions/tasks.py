"""The local task list: a file with one JSON object a line, for people without a ticket system."""

import fcntl
import json
import os
from pathlib import Path

from tieout.resolve.actions.message import Message, Receipt, done, later, refused


def send(message: Message, file: Path) -> Receipt:
    """Add a task, unless the list has one of this key. payload: title, text, subject."""
    title = " ".join(str(message.payload.get("title", "")).split())
    if not title:
        return refused("tasks: a task has a title")
    task = {
        "id": message.idempotency_key,
        "title": title,
        "text": str(message.payload.get("text", "")),
        "subject": str(message.payload.get("subject", "")),
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a+", encoding="utf-8") as tasks:
            fcntl.flock(tasks, fcntl.LOCK_EX)
            if _is_listed(file, message.idempotency_key):
                return done("tasks: was listed already", reference=task["id"], repeated=True)
            # A line that a crash cut off is ended first, so that it spoils no other.
            line = json.dumps(task, ensure_ascii=False) + "\n"
            tasks.write(line if _ends_whole(file) else "\n" + line)
            tasks.flush()
            os.fsync(tasks.fileno())
    except OSError as error:
        return later(f"tasks: {file.name}: {error.strerror}")
    return done("tasks: listed", reference=task["id"])


def read_tasks(file: Path) -> list[dict[str, str]]:
    """Every whole task in the list."""
    if not file.is_file():
        return []
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            continue
    return found


def _is_listed(file: Path, key: str) -> bool:
    return any(task.get("id") == key for task in read_tasks(file))


def _ends_whole(file: Path) -> bool:
    content = file.read_bytes()
    return not content or content.endswith(b"\n")
