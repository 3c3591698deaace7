"""The public page for checking a memorandum, and the certificate of the portal's own authority.

A file is hashed in the browser; it is sent only when somebody asks for a look at its seal, and kept by nobody. The page
has words of its own in more languages than the portal (``languages``); ``?lang=`` names one.
"""

import hashlib
import ssl
from typing import Any

from flask import Blueprint, Response, request, session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.accounts.limits import RULES, Rule
from app.core import outside, portal
from app.core.access import public
from app.core.i18n import SOURCE_LANGUAGE
from app.core.templating import read_in_language
from app.core.web import answer
from app.mou.models import CONCLUDED, Mou
from app.mou.originals import queries as originals
from app.mou.proof import queries as proof
from app.mou.queries import reference_of
from app.mou.seals import examining
from app.mou.seals.queries import authority_file, is_own_authority, sealed_of
from app.mou.verifying import languages, queries

bp = Blueprint("verify", __name__, url_prefix="/verify")
WHY = "Anybody who has such a document may check it"
WHY_CERTIFICATE = "The certificate of an authority is there to be had by everybody who checks a seal"
# Seconds to wait for a turn: whoever sends files that take their time holds up no other page.
PATIENCE = 3
outside.FOR_OUTSIDERS.add(bp.name)
RULES["verify.show"] = RULES["verify.by_number"] = Rule("verify", "20/minute; 200/hour")


@bp.route("", methods=["GET", "POST"])
@public(WHY)
def show() -> BaseResponse:
    """Check a memorandum by its number, by a hash, or a file by its seal."""
    number, sha256 = request.args.get("number", "").strip()[:60], request.args.get("sha256", "").strip()[:100]
    facts: dict[str, Any] = {"sha256": sha256, **_known(number)}
    if request.method == "POST":
        return _examined(facts)
    if sha256:
        facts["match"] = queries.by_hash(sha256)
    return _page(facts)


@bp.get("/<number>")
@public(WHY)
def by_number(number: str) -> BaseResponse:
    """The same for one number: the address that is printed on documents, as a code, too."""
    return _page({"sha256": "", **_known(number.strip()[:60])})


def _known(number: str) -> dict[str, Any]:
    found = queries.by_number(number) if number else None
    is_void = bool(number) and found is None and queries.is_void(number)
    return {"number": number, "mou": found, "is_void": is_void, "match": None, "finding": None}


def _examined(facts: dict[str, Any]) -> BaseResponse:
    """What a file that was sent says: whether the portal knows it, and what its signatures are."""
    sent = request.files.get("file")
    octets = sent.read() if sent is not None else b""
    if not octets:
        return _page(facts | {"error": "choose_file"}, 422)
    found = queries.by_hash(hashlib.sha256(octets).hexdigest())
    folder, roots = portal.settings().seal_folder, portal.settings().tsa_roots
    finding = examining.examine(octets, folder, roots, patience=PATIENCE)
    return _page(facts | {"match": found, "finding": finding, "asked": True}, 503 if finding.is_busy else 200)


def _page(facts: dict[str, Any], status: int = 200) -> BaseResponse:
    asked_lang, accepted = request.args.get("lang"), [tag for tag, quality in request.accept_languages if quality]
    language = languages.chosen(asked_lang, session.get("language"), accepted)
    read_in_language(language)
    match, mou = facts["match"], facts["mou"]
    shown = match.mou if isinstance(match, queries.Match) else mou
    if isinstance(shown, Mou) and shown.state not in CONCLUDED:  # A void text of what is not signed says no more.
        shown = None
    sealed = sealed_of(shown) if isinstance(shown, Mou) else None
    reference = reference_of(shown) if isinstance(shown, Mou) else None
    return answer(
        "mou/verify.html",
        status=status,
        say=languages.say(language),
        offered=languages.offered(),
        asked_lang=language.code if asked_lang else None,
        frame_lang=language.html if outside.spoken(language.code) else SOURCE_LANGUAGE,
        elsewhere=isinstance(shown, Mou) and sealed is None and bool(originals.kept(shown)),
        shown=shown,
        sealed=sealed,
        report=proof.newest_of(shown) if isinstance(shown, Mou) else None,
        reference=reference,
        example=reference_of(7),
        is_own=is_own_authority(portal.settings().seal_folder),
        has_authority=authority_file(portal.settings().seal_folder) is not None,
        **({"error": None, "asked": False} | facts),
    )


@bp.get("/ca.cer")
@public(WHY_CERTIFICATE)
def authority_der() -> Response:
    """The same as DER, which programs that show PDFs and operating systems open by themselves."""
    file = authority_file(portal.settings().seal_folder)
    if file is None:
        raise NotFound
    response = Response(ssl.PEM_cert_to_DER_cert(_first(file.read_text("ascii"))), mimetype="application/pkix-cert")
    response.headers.set("Content-Disposition", "attachment", filename="ca.cer")
    return response


def _first(pem: str) -> str:
    """The certificate that a file begins with."""
    end = "-----END CERTIFICATE-----"
    return pem[pem.index("-----BEGIN CERTIFICATE-----") : pem.index(end) + len(end)]


@bp.get("/ca.pem")
@public(WHY_CERTIFICATE)
def authority() -> Response:
    """The certificate of the portal's own authority, by which programs tell its seal from others."""
    file = authority_file(portal.settings().seal_folder)
    if file is None:
        raise NotFound
    response = Response(file.read_bytes(), mimetype="application/x-pem-file")
    response.headers.set("Content-Disposition", "attachment", filename="ca.pem")
    return response
