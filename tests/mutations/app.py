"""Faults of the app: who gets to see what, and what a full queue says."""

FAULTS = {
    "app": (
        ("any host is ours", "ip_address(name).is_loopback", "True"),
        ("links in tables are followed", "not path.is_symlink()", "True"),
        ("places of the machine are told", "Path(word).is_absolute() and len(word) > 1", "False"),
        ("the queue has no end", "len(self._waiting) < MAX_WAITING", "True"),
        ("a refused client comes back at once", "asyncio.sleep(RETRY_SECONDS)", "asyncio.sleep(0)"),
        ("answers come to the wrong clients", "start += len(each.pixels)", "start += 1"),
        ("what follows the JSON is not counted", "or len(rest) != n_bytes", ""),
        (
            "what is not done is shown",
            "if state := state_of(folder, run.description):",
            "if state := 0:",
        ),
    ),
}
