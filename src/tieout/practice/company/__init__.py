"""Practice data: half a year of a small company's bank statement and cash book."""

from tieout.practice.company.write import CompanyFiles, write_company

__all__ = ["CompanyFiles", "write_company"]
