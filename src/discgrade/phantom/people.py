"""Invented people and hospitals: what identifies a patient in the phantom's headers and folder names."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from discgrade.phantom.population import Patient

_DAYS = 365.2425


@dataclass(frozen=True)
class Hospital:
    """An invented hospital: its country's names, its character set (PS3.3 C.12.1.1.2) and its way to label things."""

    name: str
    street: str
    town: str
    prefix: str
    charset: str
    spine: str
    streets: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]


HOSPITALS = (
    Hospital(
        "St Brannock's Infirmary", "4 Orchard Rise", "Marlowbridge", "+44 1632", "ISO_IR 100", "MRI Lumbar Spine",
        ("Mill Lane", "Station Road", "Abbey Close", "Hollow Way"),
        ("Alice", "Margaret", "Joan", "Priya", "Fiona", "Gwendolyn", "Zoë", "Beatrice", "Chloe", "Harriet"),
        ("Arthur", "Graham", "Owen", "Desmond", "Imran", "Nigel", "Rhys", "Stuart", "Callum", "Edmund"),
        ("Ashdown", "Bexley", "Carrow", "Dunmore", "Fenwick", "Kingsnorth", "Okafor", "Pemberley"),
    ),
    Hospital(
        "Ospedale Santa Lucia", "Via dei Tigli 18", "Valfiorita", "+39 0555", "ISO_IR 100", "RM rachide lombare",
        ("Via Garibaldi", "Corso Italia", "Via delle Rose", "Piazza Duomo"),
        ("Giulia", "Carla", "Nicla", "Elena", "Ornella", "Rosanna", "Chiara", "Lucrezia", "Mariù", "Tosca"),
        ("Paolo", "Niccolò", "Aldo", "Enzo", "Cosimo", "Renato", "Ugo", "Dario", "Silvano", "Tullio"),
        ("Abbatini", "Bellandi", "Cantarutti", "D'Amico", "Fumagalli", "Lo Presti", "Montesi", "Sciarra"),
    ),
    Hospital(
        "Szent Erzsébet Kórház", "Akácfa utca 7.", "Kővárhegy", "+36 99", "ISO_IR 101", "Lumbális gerinc MR",
        ("Petőfi utca", "Kossuth tér", "Rózsa utca", "Fő út"),
        ("Réka", "Ilona", "Zsófia", "Erzsébet", "Ágnes", "Katalin", "Piroska", "Emőke", "Boglárka", "Júlia"),
        ("Béla", "Ferenc", "János", "Zoltán", "Győző", "István", "Lőrinc", "Ödön", "Sándor", "Tibor"),
        ("Bárdosi", "Csonka", "Fehérvári", "Gömöri", "Hőgyész", "Keszthelyi", "Lakatos", "Őrsi", "Szűcs", "Vámos"),
    ),
    Hospital(
        "Bolnišnica Sveti Urh", "Cesta na grič 3", "Gornja Lipnica", "+386 9", "ISO_IR 101", "MR LS hrbtenica",
        ("Slovenska cesta", "Pod gozdom", "Kidričeva ulica", "Trubarjeva cesta"),
        ("Mojca", "Špela", "Irena", "Tanja", "Neža", "Polona", "Urška", "Vesna", "Živa", "Darinka"),
        ("Boštjan", "Dušan", "Stefan", "Miha", "Žiga", "Rok", "Gašper", "Tone", "Jernej", "Vinko"),
        ("Brezovar", "Črnigoj", "Golob", "Hribernik", "Krajnc", "Mlakar", "Pečnik", "Rozman", "Šubic", "Žagar"),
    ),
    Hospital(
        "Klinikum am Rosengarten", "Lindenallee 22", "Neuenfelde", "+49 7000", "ISO_IR 100", "MRT LWS nativ",
        ("Gartenstraße", "Am Bühl", "Schulstraße", "Mühlweg"),
        ("Anneliese", "Brigitte", "Dörte", "Hannelore", "Jana", "Käthe", "Lieselotte", "Miriam", "Sabine", "Ulrike"),
        ("Albrecht", "Björn", "Detlef", "Eckhard", "Günther", "Jörg", "Klaus-Dieter", "Matthias", "Rüdiger", "Volker"),
        ("Ackermann", "Böttcher", "Dreßler", "Eisenhut", "Grünewald", "Hüttenrauch", "Möllers", "Schönfeld"),
    ),
)  # fmt: skip
SUPPLEMENTAL_HOSPITAL = HOSPITALS[-1]


@dataclass(frozen=True)
class Identity:
    """What a header says about a patient; names as DICOM writes them (family^given)."""

    patient_id: str
    name: str
    birth: date
    sex: str
    age: int
    weight: float
    size: float
    address: str
    phone: str
    hospital: Hospital
    study_date: date
    accession: str
    referrer: str
    physician: str
    operator: str


def plain(text: str) -> str:
    """Return a text without accents, as application entities and file names have to be written."""
    return unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()


def draw_identity(patient: Patient) -> Identity:
    """Invent an identity for a patient; the Patient ID is no other patient's of the same seed."""
    rng = patient.generator("identity")
    supplemental = patient.cohort == "supplemental"
    hospital = SUPPLEMENTAL_HOSPITAL if supplemental else HOSPITALS[rng.integers(len(HOSPITALS) - 1)]
    first, last = (date(2016, 1, 4), date(2018, 12, 21)) if supplemental else (date(2008, 3, 3), date(2012, 11, 30))
    study_date = first + timedelta(days=int(rng.integers((last - first).days)))
    return Identity(
        patient_id=_patient_id(patient),
        name=_name(rng, hospital, patient.sex),
        birth=study_date - timedelta(days=int(_DAYS * (patient.age + rng.uniform(0.02, 0.98) - patient.age % 1))),
        sex=patient.sex,
        age=int(patient.age),
        weight=round(float(rng.normal(72 if patient.sex == "F" else 84, 12)), 1),
        size=round(float(rng.normal(1.65 if patient.sex == "F" else 1.78, 0.07)), 2),
        address=f"{rng.choice(hospital.streets)} {rng.integers(1, 99)}, {hospital.town}",
        phone=f"{hospital.prefix} {rng.integers(100000, 999999)}",
        hospital=hospital,
        study_date=study_date,
        accession=f"A{rng.integers(10**8, 10**9)}",
        referrer=_name(rng, hospital, "M") + "^^Dr",
        physician=_name(rng, hospital, "F") + "^^Dr",
        operator=_name(rng, hospital, "F"),
    )


def _name(rng: np.random.Generator, hospital: Hospital, sex: str) -> str:
    return f"{rng.choice(hospital.families)}^{rng.choice(hospital.women if sex == 'F' else hospital.men)}"


def _patient_id(patient: Patient) -> str:
    """Scatter the patients' numbers over eight digits: a multiple modulo a prime repeats none (48,271 is its root)."""
    number = 2 * patient.index + (patient.cohort == "supplemental") + 1
    return f"{10_000_000 + (number + patient.seed % 1009) * 48_271 % 89_999_999:08d}"
