"""The detect job: a table of transactions or journal lines in, what is out of pattern out."""

from tieout.pipeline.detection.job import DetectJob, DetectResult, detect, job_of

__all__ = ["DetectJob", "DetectResult", "detect", "job_of"]
