"""A small IMAP server for tests: one folder, the few commands that reading a mailbox takes."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tests.core.mailserver import free_port


class Mailbox:
    """What is in the folder, and which of it was read."""

    def __init__(self, messages: list[bytes]) -> None:
        self.messages = dict(enumerate(messages, 1))
        self.read: set[int] = set()
        self.password = "secret"
        self.url = ""


class _Session(socketserver.StreamRequestHandler):
    mailbox: Mailbox

    def say(self, *lines: str) -> None:
        self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def handle(self) -> None:
        self.say("* OK ready")
        for line in iter(self.rfile.readline, b""):
            tag, _, rest = line.decode().strip().partition(" ")
            if not self.answer(tag, rest):
                return

    def answer(self, tag: str, rest: str) -> bool:
        command = rest.upper()
        if command.startswith("CAPABILITY"):
            self.say("* CAPABILITY IMAP4rev1", f"{tag} OK done")
        elif command.startswith("LOGIN"):
            self.say(f"{tag} OK done" if self.mailbox.password in rest else f"{tag} NO wrong password")
        elif command.startswith("SELECT"):
            found = "INBOX" in command
            self.say(*(["* 1 EXISTS", f"{tag} OK [READ-WRITE]"] if found else [f"{tag} NO no such folder"]))
        elif command.startswith("UID SEARCH UNSEEN"):
            unread = " ".join(str(key) for key in self.mailbox.messages if key not in self.mailbox.read)
            self.say(f"* SEARCH {unread}".strip(), f"{tag} OK done")
        elif fetch := re.match(r"UID FETCH (\d+)", command):
            key = int(fetch[1])
            octets = self.mailbox.messages[key]
            self.wfile.write(f"* {key} FETCH (UID {key} BODY[] {{{len(octets)}}}\r\n".encode() + octets + b")\r\n")
            self.say(f"{tag} OK done")
        elif store := re.match(r"UID STORE (\d+) \+FLAGS.SILENT \(\\SEEN\)", command):
            self.mailbox.read.add(int(store[1]))
            self.say(f"{tag} OK done")
        elif command.startswith("LOGOUT"):
            self.say("* BYE", f"{tag} OK done")
            return False
        else:
            self.say(f"{tag} BAD {rest}")
        return True


@contextmanager
def imap_server(*messages: bytes) -> Iterator[Mailbox]:
    """A server on this machine while the block runs, with these messages in its folder."""
    mailbox, port = Mailbox(list(messages)), free_port()
    mailbox.url = f"imap://answers%40example.org:{mailbox.password}@127.0.0.1:{port}/INBOX"
    handler = type("Session", (_Session,), {"mailbox": mailbox})
    with socketserver.ThreadingTCPServer(("127.0.0.1", port), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield mailbox
        finally:
            server.shutdown()
            thread.join()
