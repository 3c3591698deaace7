"""Which column of ours a heading means, from the usual words of the consortium's languages.

A heading is compared by its search key, which is blind to script, case and punctuation: ``E-Mail``, ``e_mail`` and
``Е-пошта`` are told apart only by their letters.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence

from app.core.search_key import search_key
from app.stakeholders.imports.models import ImportKind

SHARED = {
    # An identity by a general word would make a list's own numbering name our records.
    "id": "id|number in the portal|portal number|portal id|nummer im portal",
    "uid": "uid|permanent identifier|uuid",
    "version": "version|versjon|верзија|версія",
    "email": "e-mail|email|mail|e-mail address|e-mail-adresse|mailadresse|epost|e-post|е-пошта|е-маил|имејл"
    "|електронна пошта"
    "|електронска пошта|e-pošta|ელფოსტა|ელ ფოსტა|էլ փոստ|էլփոստ|էլ. հասցե",
    "phone": "phone|telephone|tel|telefon|telefonnummer|phone number|mobile|mobil|телефон|тел|ტელეფონი|հեռախոս"
    "|telefonnr",
    "region": "region|oblast|bundesland|marz|область|регион|регіон|okrug|opština|fylke|რეგიონი|մարզ",
    "country": "country|state|staat|country code|ländercode|країна|држава|земја|država|zemlja|land|ქვეყანა|երկիր",
}
ORGANISATIONS = {
    "name": "name|organisation|organization|institution|company|working name|organisation name|name of organisation"
    "|firma|einrichtung|arbeitsname|organisationsname|name der organisation|unternehmen|schule|school|назва"
    "|назва організації"
    "|організація|име|назив|име на организација|организација|naziv|naziv organizacije|organizacija|ustanova|navn"
    "|organisasjon|organisasjonsnavn|დასახელება|სახელი|ორგანიზაცია|անվանում|կազմակերպություն|անուն|display name",
    "name_language": "name language|language of the name|sprache des namens|language|sprache|мова|јазик|jezik"
    "|språk|ენა|լեզու",
    "legal_names": "legal name|legal names|official name|registered name|rechtlicher name|offizieller name|firmenname"
    "|юридична назва|правно име|pravni naziv|puni naziv|juridisk navn",
    "short_names": "short name|short names|acronym|abbreviation|kurzname|abkürzung|kürzel|скорочення|кратенка"
    "|skraćenica|kortnavn",
    "native_names": "native name|native names|national name|name in national language|names in the national language"
    "|local name|name in der landessprache|landessprachlicher name|назва українською|назив на српском",
    "former_names": "former name|former names|previous name|früherer name|frühere namen|колишня назва"
    "|поранешно име|raniji naziv",
    "eu_register_names": "eu register name|names in the eu register|name im eu register",
    "translit_names": "transliteration|transliterations|transkription|транслітерація",
    "working_names": "further working names|other names|weitere namen",
    "category": "category|type|kind|organisation type|type of organisation|kategorie|art|typ|organisationstyp"
    "|категорія|тип"
    "|категорија|вид|kategorija|tip|vrsta|kategori|კატეგორია|ტიპი|կատեգորիա|տեսակ",
    "city": "city|town|place|city/town|ort|stadt|місто|град|место|grad|mesto|by|sted|ქალაქი|քաղաք",
    "address": "address|street|street address|postal address|adresse|anschrift|straße|адреса|adresa|მისამართი|հասցե",
    "website": "website|web|url|homepage|web page|www|webseite|internet|internetseite|сайт|веб-сайт"
    "|веб-страница|veb-sajt"
    "|nettsted|nettside|ვებგვერდი|կայք",
    "register_number": "register number|registration number|company number|vat|tax number|registernummer"
    "|handelsregisternummer"
    "|steuernummer|єдрпоу|код єдрпоу|матични број|матичен број|ембс|pib|matični broj|organisasjonsnummer|orgnr",
    "pic": "pic|pic number|pic code|participant identification code",
    "size": "size|company size|number of employees|größe|unternehmensgröße|розмір|големина|veličina|størrelse",
    "notes": "notes|note|comment|comments|remark|remarks|notizen|bemerkung|bemerkungen|anmerkung|примітки"
    "|забелешка|напомене"
    "|napomena|merknad|შენიშვნა|նշում",
}
PEOPLE = {
    "given_name": "given name|given names|first name|firstname|forename|vorname|ім'я|име|ime|fornavn|სახელი|անուն",
    "family_name": "family name|last name|lastname|surname|nachname|familienname|прізвище|презиме|prezime"
    "|etternavn|გვარი|ազգանուն",
    "native_name": "native name|national name|name in the national language|name in der landessprache",
    "native_language": "native language|its language|language of the native name|sprache",
    "title": "title|salutation|academic title|titel|anrede|prefix|титул|titula|tittel",
    "lawful_basis": "lawful basis|legal basis|rechtsgrundlage",
    "source": "source|quelle|herkunft|where from",
    "consent_on": "consent on|agreed on|consent date|einwilligung am|zugestimmt am",
    "review_on": "review on|look again on|prüfen am|wiedervorlage",
    "organisations": "organisations|organisation|organization|organizations|speaks for|company|institution"
    "|employer|firma"
    "|einrichtung|arbeitgeber|spricht für|unternehmen|schule|school|організація|організації|установа"
    "|место роботи|організація роботи"
    "|организација|фирма|organizacija|firma|ustanova|organisasjon|arbeidsgiver|ორგანიზაცია|կազմակերպություն",
    "role_en": "role|function|position|job title|job|post|role title",
    "role_de": "funktion|stelle|aufgabe|rolle|berufsbezeichnung|position (de)",
    "role_uk": "посада",
    "role_mk": "функција|позиција|работно место",
    "role_sr-Latn": "funkcija|pozicija|radno mesto|положај|radno mjesto",
    "role_nb": "stilling|rolle (nb)",
    "role_ka": "თანამდებობა|პოზიცია",
    "role_hy": "պաշտոն",
    "valid_from": "valid from|from|since|von|seit|ab|од|від|od|fra",
    "valid_to": "valid to|until|to|bis|до|do|til",
    "may_sign": "may sign|may sign for the organisation|legal representative|zeichnungsberechtigt"
    "|vertretungsberechtigt",
}


def _by_word(*tables: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in tables:
        for column, words in table.items():
            found[_key(column)] = column
            for word in words.split("|"):
                found.setdefault(_key(word), column)
    return found


def _key(heading: str) -> str:
    """A heading's key: what stands in brackets, and marks such as ``*`` for required, say nothing."""
    return search_key(re.sub(r"[_/.:*-]+", " ", re.sub(r"\([^)]*\)|\[[^]]*\]", " ", heading)) or heading)


WORDS = {
    ImportKind.ORGANISATIONS: _by_word(ORGANISATIONS, SHARED),
    ImportKind.PEOPLE: _by_word(PEOPLE, {key: SHARED[key] for key in ("id", "uid", "version", "email", "phone")}),
}


def guess(kind: ImportKind, head: Sequence[str], known: Iterable[str]) -> dict[str, str]:
    """The column of each heading that is understood; each column once, the exact key before a mere word for it."""
    columns, words = set(known), WORDS[kind]
    found = {heading: heading.strip().lower() for heading in head if heading.strip().lower() in columns}
    found |= {heading: key for heading in head for key in columns if key.lower() == heading.strip().lower()}
    for heading in head:
        column = words.get(_key(heading))
        if heading not in found and column in columns and column not in found.values():
            found[heading] = column
    return found


def guess_kind(head: Sequence[str]) -> ImportKind:
    """What the rows are, by which kind understands more of the headings."""
    keys = [_key(heading) for heading in head]
    people = sum(key in WORDS[ImportKind.PEOPLE] for key in keys)
    organisations = sum(key in WORDS[ImportKind.ORGANISATIONS] for key in keys)
    return ImportKind.PEOPLE if people > organisations else ImportKind.ORGANISATIONS


def head_key(head: Sequence[str]) -> str:
    """One key for a set of headings, in whatever order."""
    return hashlib.sha256("\n".join(sorted(name.strip().lower() for name in head)).encode()).hexdigest()
