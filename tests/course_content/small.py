"""A small content directory without a finding, for the tests of the rules to break."""

import json
from pathlib import Path

FRAMEWORK = """<competency_framework id="kecil" version="1">
<domain id="d"><name lang="id">D</name>
<competency id="gov.x"><name lang="id">Kelembagaan</name></competency>
<competency id="man.komunikasi"><name lang="id">Komunikasi</name>
<level n="2"><description lang="id">Dua</description>
<indicator id="man.komunikasi.2.1"><description lang="id">Mendengarkan.</description></indicator></level>
</competency></domain></competency_framework>
"""
LAWS = """id,title,as_of,amended_by,replaced_by
PP 17/2018,Kecamatan,2026-11-26,,
PP 19/2008,Kecamatan,2026-11-26,,PP 17/2018
PermenPANRB 38/2017,Standar Kompetensi Jabatan ASN,2026-11-26,,
UU 30/2014,Administrasi Pemerintahan,2026-11-26,UU 6/2023: 1 53,
UU 11/2020,Cipta Kerja,2026-11-26,,UU 6/2023
UU 6/2023,Cipta Kerja,2026-11-26,,
UU 9/2015,Perubahan Kedua,2026-11-26,,
UU 23/2014,Pemerintahan Daerah,2026-11-26,UU 9/2015: 65 250; UU 6/2023: 250,
"""
# Question, right answer, wrong answers.
FACTS = [
    (
        "Siapa yang mengangkat camat?",
        "Bupati atau wali kota",
        ["Gubernur provinsi", "Sekretaris daerah", "Menteri dalam negeri"],
    ),
    (
        "Dengan apa kecamatan dibentuk?",
        "Peraturan daerah",
        ["Keputusan gubernur", "Peraturan menteri", "Instruksi bupati"],
    ),
    (
        "Kapan laporan bulanan diserahkan?",
        "Tanggal sepuluh",
        ["Tanggal dua puluh", "Akhir semester", "Awal tahun depan"],
    ),
    (
        "Di mana pengaduan dicatat lebih dahulu?",
        "Buku pengaduan",
        ["Kotak saran warga", "Papan pengumuman", "Arsip kepegawaian"],
    ),
    (
        "Berapa hari tanggapan pertama diberikan?",
        "Empat belas",
        ["Tiga puluh hari", "Enam puluh hari", "Sembilan puluh"],
    ),
    (
        "Apa kedudukan lurah dalam anggaran?",
        "Kuasa pengguna",
        ["Pengguna anggaran", "Bendahara umum", "Pejabat pengadaan"],
    ),
    (
        "Bagaimana musyawarah kelurahan memutus?",
        "Dengan mufakat",
        ["Dengan undian saja", "Dengan titah camat", "Dengan surat edaran"],
    ),
    (
        "Mengapa maklumat dipajang di loket?",
        "Agar dapat ditagih",
        ["Agar kantor indah sekali", "Agar lomba dimenangkan", "Agar arsip berkurang"],
    ),
    (
        "Ke mana mandat dipertanggungjawabkan?",
        "Pemberi mandat",
        ["Penerima mandat", "Pengadilan negeri", "Ombudsman pusat"],
    ),
    (
        "Surat mana yang harus diberi nomor agenda?",
        "Surat masuk",
        ["Catatan pribadi", "Kartu ucapan hari raya", "Brosur dagang toko"],
    ),
    (
        "Dokumen apa yang mendasari belanja?",
        "DPA yang disahkan",
        ["Daftar keinginan warga", "Nota toko bangunan", "Proposal konsultan"],
    ),
    (
        "Hal apa yang dibahas forum pimpinan?",
        "Gangguan ketertiban",
        ["Harga tanah pribadi", "Jadwal cuti keluarga", "Lomba memancing tahunan"],
    ),
]
FEEDBACK = (
    "Ketentuan ini menempatkan wewenang pada satu pejabat supaya jelas pemeriksaannya; jawaban lain "
    "menyebut pihak atau waktu dari aturan yang berbeda."
)
ITEM = """  <item id="b-{n}" type="single_choice" competencies="gov.x" level="1" seconds="60">
    <prompt><p>{prompt}</p></prompt>
{options}
    <source>PP 17/2018 Pasal {n}</source>
    <feedback><p>{feedback}</p></feedback>
  </item>
"""
JUDGED = """  <item id="s-{n}" type="situational_judgement" mode="rate" competencies="gov.x" level="1"
    status="pilot" seconds="60">
    <prompt><p>{story} Nilai tindakan berikut.</p></prompt>
    <action id="a" effectiveness="5">Bertanya {n} kali {best}</action>
    <action id="b" effectiveness="1">Diam saja {n} hari</action>
    <source>PP 17/2018 Pasal {n}</source>
    <feedback><p>Bertanya lebih dahulu menunjukkan apa yang belum diketahui, sedangkan diam membuat warga
    menunggu tanpa kabar. Ini pertimbangan profesional.</p></feedback>
  </item>
"""
ASSESSMENT = """<vertical display_name="{name}">
  <competency_assessment url_name="{name}" display_name="{name}" schema="1" {attributes}>
{items}
  </competency_assessment>
</vertical>
"""
QUIZ = """    <item id="kuis-1" type="numeric" competencies="gov.x" level="1" seconds="60">
      <prompt><p>Berapa rupiah lima persen dari Rp200.000?</p></prompt>
      <answer value="10000" format="rupiah"/>
      <source>PP 17/2018 Pasal 30 ayat (7)</source>
      <feedback><p>Lima persen berarti lima bagian dari seratus bagian; Rp200.000 dibagi
      seratus adalah Rp2.000, lalu dikali lima menjadi Rp10.000.</p></feedback>
    </item>
    <item id="kuis-2" type="situational_judgement" mode="rate" competencies="man.komunikasi" level="2"
      status="pilot" seconds="90">
      <prompt><p>Warga marah karena suratnya terlambat. Nilai tindakan berikut.</p></prompt>
      <action id="a" effectiveness="5">Mendengarkan sampai selesai, lalu menjelaskan langkahnya</action>
      <action id="b" effectiveness="1">Meminta warga itu pulang</action>
      <source>PermenPANRB 38/2017, indikator Komunikasi 2.1</source>
      <feedback><p>Mendengarkan lebih dahulu menurunkan ketegangan; menyuruh pulang menutup jalan keluar.
      Ini pertimbangan profesional.</p></feedback>
    </item>"""
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>Alur</title>
<desc>Tiga langkah dari loket sampai surat diserahkan.</desc>
<rect id="r" width="4" height="4" fill="#123"/><use href="#r" x="5"/></svg>
"""
GRADING = {
    "GRADER": [{"type": "Uji", "weight": 1.0, "min_count": 1, "drop_count": 0, "short_label": "U"}],
    "GRADE_CUTOFFS": {"Pass": 0.7},
}
SENTENCE = (
    "<p>Warga nomor {n} membawa berkas ke loket. Petugas memeriksa isinya dan memberi tanda terima.</p>\n"
)


def page(sentences: int = 28) -> str:
    """Return a text unit with this many paragraphs."""
    return (
        "<h3>Di loket</h3>\n"
        + "".join(SENTENCE.format(n=n) for n in range(sentences))
        + '<table><caption>Berkas</caption><tr><th scope="col">Berkas</th></tr></table>\n'
        '<p><img src="/static/alur.svg" alt="Alur surat"/> <a href="/jump_to_id/unit-kuis">Kuis</a></p>\n'
        '<p class="source">Sumber: PP 17/2018 Pasal 10. Keadaan per 26 November 2026.</p>\n'
    )


def item(number: int) -> str:
    """Return the item with this number, 1 to 12; its key stands at a to d in turn."""
    prompt, key, wrong = FACTS[number - 1]
    place = (number - 1) % 4
    texts = [*wrong[:place], key, *wrong[place:]]
    right = {key: ' correct="true"'}
    options = "\n".join(
        f'    <option id="{name}"{right.get(text, "")}>{text}</option>'
        for name, text in zip("abcd", texts, strict=True)
    )
    return ITEM.format(n=number, prompt=prompt, options=options, feedback=FEEDBACK)


def bank() -> str:
    """Return the bank of the twelve facts."""
    items = "".join(map(item, range(1, 13)))
    return f'<item_bank id="kecil" version="1" title="Kecil" lang="id">\n{items}</item_bank>\n'


def policy() -> str:
    """Return the policy of the course, with the settings that we want."""
    english = {"title": "A small course", "summary": "What a citizen meets at the counter. " * 4}
    ours = {"lesson_hours": 0, "organiser": "BPSDM Contoh", "english": english}
    settings = {
        "display_name": "Kursus kecil",
        "language": "id",
        "start": "2026-01-01T00:00:00Z",
        "end": "2036-01-01T00:00:00Z",
        "course_image": "alur.svg",
        "other_course_settings": {"kapasitas": ours},
    }
    return json.dumps({"course/R": settings}, indent=1)


def files() -> dict[str, str]:
    """Return every file of the directory by its path."""
    before = "\n".join(f'    <item ref="b-{n}"/>' for n in (1, 2))
    after = "\n".join(f'    <item ref="b-{n}"/>' for n in (3, 4))
    return {
        "laws.csv": LAWS,
        "frameworks/kecil.xml": FRAMEWORK,
        "banks/kecil.xml": bank(),
        "kecil/course.xml": '<course url_name="R" org="O" course="C"/>',
        "kecil/course/R.xml": '<course><chapter url_name="tes"/><chapter url_name="bab"/></course>',
        "kecil/chapter/tes.xml": '<chapter display_name="Tes"><sequential url_name="uji"/></chapter>',
        "kecil/chapter/bab.xml": '<chapter display_name="Bab"><sequential url_name="bagian"/></chapter>',
        "kecil/sequential/uji.xml": (
            '<sequential display_name="Uji" graded="true" format="Uji"><vertical url_name="unit-pretes"/>'
            '<vertical url_name="unit-pascates"/></sequential>'
        ),
        "kecil/sequential/bagian.xml": (
            '<sequential display_name="Bagian"><vertical url_name="teks"/>'
            '<vertical url_name="unit-kuis"/></sequential>'
        ),
        "kecil/vertical/teks.xml": '<vertical display_name="Teks"><html url_name="loket"/></vertical>',
        "kecil/vertical/unit-pretes.xml": ASSESSMENT.format(
            name="pretes", attributes='bank="kecil@1" attempts="1"', items=before
        ),
        "kecil/vertical/unit-kuis.xml": ASSESSMENT.format(
            name="kuis", attributes='feedback="immediate"', items=QUIZ
        ),
        "kecil/vertical/unit-pascates.xml": ASSESSMENT.format(
            name="pascates", attributes='bank="kecil@1" feedback="never"', items=after
        ),
        "kecil/html/loket.xml": '<html display_name="Di loket" filename="loket"/>',
        "kecil/html/loket.html": page(),
        "kecil/static/alur.svg": SVG,
        "kecil/policies/R/policy.json": policy(),
        "kecil/policies/R/grading_policy.json": json.dumps(GRADING),
    }


def write(directory: Path, changes: dict[str, str] | None = None) -> Path:
    """Write the files, with the changed ones in place of ours, and return the directory."""
    for name, text in {**files(), **(changes or {})}.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return directory
