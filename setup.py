"""Packaging of Kapasitas; everything here is declarative."""

from setuptools import find_packages, setup

BLOCKS = ["competency_assessment"]

# Lower bounds are the versions the Open edX platform runs (Verawood line); there are no upper
# bounds but Django's, which the platform itself sets (docs/decisions/0011-supported-release.md).
RUNTIME = [
    "Django>=5.2,<6",
    "XBlock>=6.0",
    "PyJWT[crypto]>=2.12.1",
    "celery>=5.6.3",
    "edx-opaque-keys>=4.0.0",
    "edx-toggles>=5.4.1",
    "lxml>=5.3.2",
    "nh3>=0.3.4",
    "oauthlib>=3.3.1",
    "openedx-events>=11.1.1",
    "openedx-filters>=3.1.0",
    "openpyxl>=3.1.5",
    "prometheus-client>=0.22",
    "requests>=2.33.1",
    "web-fragments>=4.0.0",
]

# Only the one-machine site needs these. xblocks-contrib imports pkg_resources (setuptools < 81)
# and brings numpy, scipy and shapely: never a dependency of the plugin itself.
# lazy is what xblock.django.request imports; XBlock's extra for it would bring boto3 as well.
STANDALONE = [
    "lazy>=1.6",
    "setuptools<81",
    "waitress>=3.0.2",
    "whitenoise>=6.9",
    "xblocks-contrib>=1.0.7",
]

# Calibration, which runs in a task or a command and never in a web worker; the platform has numpy.
MEASUREMENT = ["numpy>=1.26"]

setup(
    name="kapasitas",
    version="0.1.0",
    description="Competency assessment XBlocks and an LTI bridge to regional HR systems, for Open edX",
    long_description=open("README.md", encoding="utf-8").read(),
    long_description_content_type="text/markdown",
    license="AGPL-3.0-or-later",
    license_files=["LICENSE"],
    python_requires=">=3.12,<3.13",
    packages=find_packages(include=["xblocks", "xblocks.*", "lti_bridge", "lti_bridge.*", "course_content"]),
    include_package_data=True,
    install_requires=RUNTIME,
    extras_require={"measurement": MEASUREMENT, "standalone": STANDALONE},
    entry_points={
        "xblock.v1": [f"{name} = xblocks.{name}:{name.title().replace('_', '')}XBlock" for name in BLOCKS],
        "lms.djangoapp": [
            "kapasitas_records = xblocks.records.apps:RecordsConfig",
            "kapasitas_lti = lti_bridge.apps:LtiBridgeConfig",
        ],
        "openedx.course_tab": ["kapasitas_report = lti_bridge.edxapp:ReportTab"],
        "cms.djangoapp": ["kapasitas_records = xblocks.records.apps:RecordsConfig"],
        "tutor.plugin.v1": ["kapasitas = xblocks.tutor_plugin"],
    },
    classifiers=[
        "Framework :: Django :: 5.2",
        "Natural Language :: Indonesian",
        "Natural Language :: English",
        "Programming Language :: Python :: 3.12",
    ],
)
