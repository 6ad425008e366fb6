"""Packaging of Kapasitas; everything here is declarative."""

from setuptools import find_packages, setup

BLOCKS = ["competency_assessment"]

# Lower bounds are the versions the Open edX platform runs (Verawood line); there are no upper
# bounds but Django's, which the platform itself sets (docs/decisions/0011-supported-release.md).
RUNTIME = [
    "Django>=5.2,<6",
    "XBlock>=6.0",
    "PyJWT[crypto]>=2.12.1",
    "edx-opaque-keys>=4.0.0",
    "lxml>=5.3.2",
    "nh3>=0.3.4",
    "openpyxl>=3.1.5",
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
    extras_require={"standalone": STANDALONE},
    entry_points={
        "xblock.v1": [f"{name} = xblocks.{name}:{name.title().replace('_', '')}XBlock" for name in BLOCKS],
        "lms.djangoapp": [
            "kapasitas_records = xblocks.records.apps:RecordsConfig",
            "kapasitas_lti = lti_bridge.apps:LtiBridgeConfig",
        ],
        "cms.djangoapp": ["kapasitas_records = xblocks.records.apps:RecordsConfig"],
    },
    classifiers=[
        "Framework :: Django :: 5.2",
        "Natural Language :: Indonesian",
        "Natural Language :: English",
        "Programming Language :: Python :: 3.12",
    ],
)
