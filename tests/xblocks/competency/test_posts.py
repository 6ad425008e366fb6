"""Posts as HR systems write them, and those that only look like them."""

import pytest

from xblocks.competency.posts import post_of

NAMES = {
    "camat": ["Camat", "Head of kecamatan (camat)"],
    "lurah": ["Lurah"],
    "sekcam": ["Sekretaris kecamatan"],
    "sekcam_b": ["Sekretaris kecamatan tipe B"],
    "kasi_kec": ["Kepala seksi kecamatan"],
    "kasi_kel": ["Kepala seksi kelurahan"],
    "pelaksana": ["Pelaksana", "Staff"],
}


@pytest.mark.parametrize(
    ("text", "post"),
    [
        ("Camat", "camat"),
        ("CAMAT CONTOH", "camat"),
        ("Plt. Camat Contoh", "camat"),
        ("Pelaksana Tugas Camat Contoh", "camat"),
        ("Plh Lurah", "lurah"),
        ("Pj. Lurah Contoh", "lurah"),
        ("Lurah Contoh, Kecamatan Contoh", "lurah"),
        ("Sekretaris Kecamatan Contoh", "sekcam"),
        ("Sekretaris Kecamatan Tipe B Contoh", "sekcam_b"),
        ("Kepala Seksi Pemerintahan Kecamatan Contoh", "kasi_kec"),
        ("Kepala Seksi Pelayanan pada Kelurahan Contoh", "kasi_kel"),
        ("Pelaksana", "pelaksana"),
        ("Pelaksana pada Kecamatan Contoh", "pelaksana"),
        ("Head of kecamatan (camat)", "camat"),
        # A word in a word, another post's superior, a post that the framework does not have.
        ("Staf Kecamatan", None),
        ("Sekretaris Camat", None),
        ("Kepala Seksi", None),
        ("Lurahan", None),
        ("Analis Kebijakan Ahli Muda", None),
        ("", None),
        ("Plt.", None),
    ],
)
def test_posts(text, post):
    assert post_of(text, NAMES) == post
