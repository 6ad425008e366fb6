"""Record numbers: not guessable, readable aloud, and with a check character.

``KP-`` + ten random characters + a check character by ISO/IEC 7064 MOD 37,36, which finds every
single wrong character and nearly every swap of two neighbours.
"""

import secrets

__all__ = ["is_record_number", "new_record_number"]

PREFIX = "KP"
# Without I, L, O and U: nobody takes them for 1 and 0, and no word comes about.
RANDOM_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECK_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def check_character(text: str) -> str:
    """Return the MOD 37,36 check character of upper-case letters and digits.

    >>> check_character("A12425GABC1234002")
    'M'
    """
    modulus = len(CHECK_ALPHABET)
    product = modulus
    for char in text:
        total = (product + CHECK_ALPHABET.index(char)) % modulus or modulus
        product = total * 2 % (modulus + 1)
    return CHECK_ALPHABET[(modulus + 1 - product) % modulus]


def new_record_number() -> str:
    """Return a fresh number such as ``KP-7Q2ZK-4M9XC-E`` (50 random bits)."""
    while True:
        body = "".join(secrets.choice(RANDOM_ALPHABET) for _position in range(10))
        check = check_character(PREFIX + body)
        # The check character too should not be taken for another one.
        if check in RANDOM_ALPHABET:
            return f"{PREFIX}-{body[:5]}-{body[5:]}-{check}"


def is_record_number(text: str) -> bool:
    """Whether the text has the form of a record number and its check character fits."""
    parts = text.split("-")
    if [len(part) for part in parts] != [2, 5, 5, 1] or parts[0] != PREFIX:
        return False
    body = parts[1] + parts[2]
    return set(body) <= set(RANDOM_ALPHABET) and parts[3] == check_character(PREFIX + body)
