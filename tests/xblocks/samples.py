"""An assessment of all nine types whose keys and reasons are sentinels that no learner may see early."""

# Data stays on one line, where it is easier to read.
# ruff: noqa: E501

# Whatever tells the key holds the word SECRET, a number beginning 987, or an id in LEAKS.
ITEMS = """
<intro><p>Selamat datang</p></intro>
<item id="single" type="single_choice" competencies="gov.a" level="1">
  <prompt><p>Prompt single</p></prompt>
  <option id="a">A<feedback>SECRET single a</feedback></option>
  <option id="b" correct="true">B<feedback>SECRET single b</feedback></option>
  <source>SECRET law</source><feedback>SECRET why</feedback>
</item>
<item id="multiple" type="multiple_response" competencies="gov.a gov.b" level="2" points="2">
  <prompt>Prompt multiple</prompt>
  <option id="a" correct="true">A<feedback>SECRET multiple</feedback></option>
  <option id="b" correct="true">B</option><option id="c">C</option>
  <feedback>SECRET why</feedback>
</item>
<item id="ordering" type="ordering" competencies="gov.b" level="2">
  <prompt>Prompt ordering</prompt>
  <entry id="first-one">Satu</entry><entry id="second-one">Dua</entry><entry id="third-one">Tiga</entry>
  <feedback>SECRET why</feedback>
</item>
<item id="matching" type="matching" competencies="gov.b" level="2">
  <prompt>Prompt matching</prompt>
  <pair id="pair-one"><left>L1</left><right>R1</right></pair>
  <pair id="pair-two"><left>L2</left><right>R2</right></pair>
  <distractor id="decoy-one">R3</distractor>
  <feedback>SECRET why</feedback>
</item>
<item id="numeric" type="numeric" competencies="gov.c" level="3">
  <prompt>Prompt numeric</prompt>
  <answer value="9871250" tolerance="98750" format="rupiah"/>
  <feedback>SECRET why</feedback>
</item>
<item id="text" type="short_text" competencies="gov.c" level="1">
  <prompt>Prompt text</prompt>
  <accept>SECRET lurah</accept><feedback>SECRET why</feedback>
</item>
<item id="rate" type="situational_judgement" mode="rate" competencies="gov.c" level="3">
  <prompt>Prompt rate</prompt>
  <action id="a" effectiveness="5">Tindakan A</action><action id="b" effectiveness="1">Tindakan B</action>
  <feedback>SECRET why</feedback>
</item>
<item id="rank" type="situational_judgement" mode="rank" competencies="gov.c" level="3">
  <prompt>Prompt rank</prompt>
  <action id="a" effectiveness="2">Tindakan A</action><action id="b" effectiveness="4">Tindakan B</action>
  <feedback>SECRET why</feedback>
</item>
<item id="table" type="table_fill" competencies="gov.c" level="4">
  <prompt>Prompt table</prompt>
  <table>
    <row><cell>Uraian</cell><cell>Jumlah</cell></row>
    <row><cell>Satu</cell><cell id="b1" value="98711"/></row>
    <row><cell>Dua</cell><cell id="b2" value="98722"/></row>
    <row><cell>Jumlah</cell><cell id="b3" formula="b1+b2" tolerance="0.98733"/></row>
  </table>
  <feedback>SECRET why</feedback>
</item>
<item id="error" type="find_the_error" competencies="gov.a" level="2">
  <prompt>Prompt error</prompt>
  <line id="l1">Baris A</line><line id="l2" wrong="true">Baris B</line>
  <feedback>SECRET why</feedback>
</item>
"""
COUNT = 10
POINTS = 11
RIGHT = {
    "single": {"chosen": ["b"]},
    "multiple": {"chosen": ["a", "b"]},
    "numeric": {"numbers": {"value": "Rp9.871.250"}},
    "text": {"text": "secret  LURAH."},
    "rate": {"ratings": {"a": 5, "b": 1}},
    "rank": {"places": {"a": 2, "b": 1}},
    "table": {"numbers": {"b1": "98.711", "b2": "98722", "b3": "197.433"}},
    "error": {"chosen": ["l2"]},
}
WRONG = {
    "single": {"chosen": ["a"]},
    "multiple": {"chosen": ["c"]},
    "numeric": {"numbers": {"value": "1"}},
    "text": {"text": "camat"},
    "rate": {"ratings": {"a": 2, "b": 2}},
    "rank": {"places": {"a": 1, "b": 2}},
    "table": {"numbers": {"b1": "1", "b2": "1", "b3": "1"}},
    "error": {"chosen": ["l1"]},
}
# Strings that would give the key away: no part of a question, nor of an answer in WRONG.
LEAKS = (
    "SECRET", "correct", "effectiveness", "formula", "tolerance", "b1+b2", "9871250", "9.871.250", "98711",
    "98.711", "98722", "98.722", "197433", "197.433", "98733", "98.733", "98750", "98.750",
    "first-one", "second-one", "third-one", "decoy-one", "ka-mark", "Experts", "Right", "Not right", "ka-feedback", "ka-missed",
)  # fmt: skip


def olx(items=ITEMS, **attributes):
    settings = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<competency_assessment url_name="a" display_name="Uji"{settings}>{items}</competency_assessment>'
