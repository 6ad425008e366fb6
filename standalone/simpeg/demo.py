"""The people of the demo: plainly no real persons, in a municipality that does not exist (99.71)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from .models import Office

__all__ = ["ACCOUNTS", "OFFICES", "OFFICIALS", "PASSWORD", "DemoOfficial"]

# For demo accounts on one's own machine; the log-in page shows it.
PASSWORD = "demo"  # noqa: S105

ACCOUNTS = {
    "hr": _("Personnel manager"),
    "camat": _("Camat, head of a kecamatan"),
    "sekcam": _("Secretary of a kecamatan"),
    "kasi": _("Head of section in a kecamatan"),
    "lurah": _("Lurah, head of a kelurahan"),
    "seklur": _("Secretary of a kelurahan"),
    "pengajar": _("Trainer: takes part as an instructor"),
}

OFFICES = (
    ("99.71", "BKPSDM Kota Contoh", Office.Kind.AGENCY),
    ("99.71.01", "Kecamatan Contoh Utara", Office.Kind.KECAMATAN),
    ("99.71.01.1001", "Kelurahan Contoh Asri", Office.Kind.KELURAHAN),
    ("99.71.01.1002", "Kelurahan Contoh Damai", Office.Kind.KELURAHAN),
    ("99.71.02", "Kecamatan Contoh Selatan", Office.Kind.KECAMATAN),
    ("99.71.02.1001", "Kelurahan Contoh Indah", Office.Kind.KELURAHAN),
)


@dataclass(frozen=True, slots=True)
class DemoOfficial:
    """A made-up official; the NIP has a valid shape."""

    username: str
    nip: str
    name: str
    office: str
    post: str
    teaches: bool = False


OFFICIALS = (
    DemoOfficial("camat", "197503122000031001", "Contoh Camat Demo", "99.71.01", "Camat"),
    DemoOfficial("sekcam", "197908212005012002", "Contoh Sekcam Demo", "99.71.01", "Sekretaris Kecamatan"),
    DemoOfficial("kasi", "198406172009032003", "Contoh Kasi Demo", "99.71.01", "Kepala Seksi Pelayanan Umum"),
    DemoOfficial("lurah", "198001012005011001", "Contoh Lurah Demo", "99.71.01.1001", "Lurah"),
    DemoOfficial(
        "seklur", "198811302014022001", "Contoh Seklur Demo", "99.71.01.1001", "Sekretaris Kelurahan"
    ),
    DemoOfficial("lurah2", "198209052008011004", "Contoh Lurah Kedua Demo", "99.71.01.1002", "Lurah"),
    DemoOfficial("camat2", "197211091998032001", "Contoh Camat Kedua Demo", "99.71.02", "Camat"),
    DemoOfficial("lurah3", "198507242010011002", "Contoh Lurah Ketiga Demo", "99.71.02.1001", "Lurah"),
    DemoOfficial(
        "pengajar", "197706142002121003", "Contoh Pengajar Demo", "99.71", "Widyaiswara", teaches=True
    ),
)
