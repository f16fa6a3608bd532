"""Commands start without the compilers of databases that nobody named."""

import subprocess
import sys

PREFIX = "ibis.backends.sql.compilers"


def _in_a_new_process(code: str) -> str:
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return run.stdout.strip()


def test_an_engine_leaves_the_compilers_of_other_databases_alone() -> None:
    loaded = _in_a_new_process(
        "import sys\n"
        "from tieout.engines.duckdb import DuckDBEngine\n"
        "with DuckDBEngine() as engine: pass\n"
        f"print(*sorted(name for name in sys.modules if name.startswith('{PREFIX}.')))"
    ).split()
    assert f"{PREFIX}.duckdb" in loaded
    assert not {f"{PREFIX}.{name}" for name in ("trino", "snowflake", "bigquery")} & set(loaded)


def test_another_compiler_comes_when_it_is_asked_for() -> None:
    shown = _in_a_new_process(
        "from tieout.engines.duckdb import DuckDBEngine\n"
        "with DuckDBEngine() as engine: pass\n"
        "import ibis\n"
        f"import {PREFIX} as compilers\n"
        "table = ibis.table({'a': 'int64'}, name='t')\n"
        "print(ibis.to_sql(table.select(b=table.a + 1), dialect='sqlite').split()[0])\n"
        "print(compilers.TrinoCompiler.__name__, compilers.postgres.compiler.__class__.__name__)"
    ).split()
    assert shown == ["SELECT", "TrinoCompiler", "PostgresCompiler"]


def test_it_changes_nothing_where_all_of_ibis_is_there_already() -> None:
    shown = _in_a_new_process(
        f"import {PREFIX} as before\n"
        "from tieout.engines.duckdb import DuckDBEngine\n"
        "with DuckDBEngine() as engine: pass\n"
        f"import {PREFIX} as after\n"
        "print(before is after, hasattr(after, 'SQLiteCompiler'))"
    ).split()
    assert shown == ["True", "True"]
