"""A strict LTI 1.3 Advantage platform: launches, tokens, AGS and NRPS.

Written against the 1EdTech specifications: LTI Core 1.3, Security Framework 1.0 (below "SEC"),
Assignment and Grade Services 2.0 ("AGS"), Names and Role Provisioning Services 2.0 ("NRPS").
"""
