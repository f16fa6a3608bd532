"""Work that is done behind the pages: a table of jobs and the worker that runs them."""
