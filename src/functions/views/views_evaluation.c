/*-------------------------------------------------------------------------
 *
 * views_evaluation.c
 *	  The relation that create_capabilities_views() is told of, checked and turned
 *	  into SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/relation.h"
#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "functions/shared/arguments.h"
#include "functions/shared/memory.h"
#include "functions/views/views_evaluation.h"
#include "functions/views/views_targets.h"
#include "types/forms/poll.h"
#include "types/score_matrix/score_matrix.h"

/* How many columns of a relation are listed when one is not found. */
#define MAX_LISTED 20

#define EVALUATION_HINT "The evaluation is a table or view with the columns stratum text and m score_matrix, one row per stratum."

/* ----------
 * The relation and its columns
 * ----------
 */

/* Raises 42703. */
static void
missing_column(Oid relation, const char *column)
{
	Relation	rel = relation_open(relation, AccessShareLock);
	StringInfoData names;
	int			n = 0;
	int			i;

	initStringInfo(&names);
	for (i = 0; i < rel->rd_att->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(rel->rd_att, i);

		if (att->attisdropped)
			continue;
		if (n < MAX_LISTED)
			appendStringInfo(&names, "%s\"%s\"", n > 0 ? ", " : "", NameStr(att->attname));
		n++;
	}
	relation_close(rel, AccessShareLock);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_COLUMN),
			 errmsg("column \"%s\" of relation \"%s\" does not exist", column, get_rel_name(relation)),
			 n == 0 ? 0 :
			 n > MAX_LISTED ?
			 errdetail("There are %d columns, the first are %s.", n, names.data) :
			 errdetail("The columns are %s.", names.data),
			 errhint(EVALUATION_HINT)));
}

/*
 * A column of e, quoted, cast if it is of a domain: so the arguments of our
 * functions have exactly the types of their parameters.
 */
static const char *
column_of_type(Oid relation, const char *column, Oid wanted, const char *type_name)
{
	AttrNumber	number = get_attnum(relation, column);
	Oid			type;

	if (number <= 0)
		missing_column(relation, column);
	type = get_atttype(relation, number);
	if (getBaseType(type) != wanted)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("column \"%s\" of relation \"%s\" is of type %s, not %s", column,
						get_rel_name(relation), format_type_be(type), format_type_be(wanted)),
				 wanted == TEXTOID ? errhint("Cast it to text in a view, and take that as the evaluation.") :
				 errhint(EVALUATION_HINT)));
	return psprintf(type == wanted ? "e.%s" : "e.%s::%s", column, type_name);
}

void
sc_view_evaluation(FunctionCallInfo fcinfo, int i, Oid extension_schema, Evaluation *evaluation)
{
	Relation	rel;
	Oid			oid;
	Oid			matrix;

	if (PG_ARGISNULL(i))
		sc_null_parameter("evaluation");
	evaluation->oid = oid = PG_GETARG_OID(i);

	/*
	 * from here on it keeps its name and its columns: what is read and made
	 * by name is of this relation
	 */
	rel = OidIsValid(oid) ? try_relation_open(oid, AccessShareLock) : NULL;
	if (rel == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE),
				 errmsg("relation with OID %u does not exist", oid)));
	relation_close(rel, NoLock);
	switch (get_rel_relkind(oid))
	{
		case RELKIND_RELATION:
		case RELKIND_PARTITIONED_TABLE:
		case RELKIND_VIEW:
		case RELKIND_MATVIEW:
		case RELKIND_FOREIGN_TABLE:
			break;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_WRONG_OBJECT_TYPE),
					 errmsg("\"%s\" is not a table or view", get_rel_name(oid)),
					 errhint(EVALUATION_HINT)));
	}
	if (get_rel_persistence(oid) == RELPERSISTENCE_TEMP)
		ereport(ERROR,
				(errcode(ERRCODE_WRONG_OBJECT_TYPE),
				 errmsg("\"%s\" is temporary", get_rel_name(oid)),
				 errhint("A view of it would go with the session: make a permanent evaluation, of permanent tables.")));

	matrix = GetSysCacheOid2(TYPENAMENSP, Anum_pg_type_oid, CStringGetDatum("score_matrix"),
							 ObjectIdGetDatum(extension_schema));
	if (!OidIsValid(matrix))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("type score_matrix of the extension is not in its schema")));
	evaluation->extension = quote_identifier(get_namespace_name(extension_schema));
	evaluation->relation = quote_qualified_identifier(get_namespace_name(get_rel_namespace(oid)), get_rel_name(oid));

	/*
	 * of the database's own collation: a view that is replaced keeps that of
	 * its columns
	 */
	evaluation->stratum = psprintf("(%s COLLATE pg_catalog.\"default\")",
								   column_of_type(oid, "stratum", TEXTOID, "pg_catalog.text"));
	evaluation->m = column_of_type(oid, "m", matrix, psprintf("%s.score_matrix", evaluation->extension));
}

/* ----------
 * The matrices
 * ----------
 */

static int
compare_strata(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/* Raises 23505 if one of n strata stands twice. */
static void
check_strata(const Evaluation *evaluation, char **stratum, uint64 n)
{
	uint64		i;

	qsort(stratum, n, sizeof(char *), compare_strata);
	for (i = 1; i < n; i++)
		if (strcmp(stratum[i - 1], stratum[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNIQUE_VIOLATION),
					 errmsg("stratum \"%s\" stands twice in %s", stratum[i], evaluation->relation),
					 errdetail("The rows of the views are told apart by their stratum."),
					 errhint("Merge its matrices: SELECT stratum, rollup(m) AS m ... GROUP BY stratum.")));
}

/* Raises 22023 if a matrix has marks that the analyses refuse. */
static void
check_marks(const ScoreMatrixView *view, const char *stratum, const Evaluation *evaluation)
{
	uint32		k;

	for (k = 0; k < view->n_benchmarks; k++)
	{
		uint8		flags = view->benchmark_flags[k];
		const char *label;
		uint32		len;

		sc_poll_step(k);
		if (!sc_has_role_conflict(flags) && !sc_has_direction_conflict(flags))
			continue;
		label = sc_flat_label(view, view->n_models + k, &len);
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("stratum \"%s\" of %s has marks that do not fit together", stratum, evaluation->relation),
				 errdetail("Benchmark \"%s\" has two %s.", pnstrdup(label, len),
						   sc_has_role_conflict(flags) ? "roles" : "directions"),
				 errhint("roles(m) shows them; say in the evaluation what it is, with annotate().")));
	}
}

void
sc_view_check_matrices(const Evaluation *evaluation, EvaluationHas *has)
{
	char	  **stratum;
	uint64		n;
	uint64		i;

	sc_view_run(psprintf("SELECT %s, %s FROM %s AS e WHERE e.stratum IS NOT NULL AND e.m IS NOT NULL",
						 evaluation->stratum, evaluation->m, evaluation->relation));
	n = SPI_processed;
	has->released = false;
	has->strata = n >= 2 && n <= VIEW_MAX_STRATA;
	stratum = sc_alloc(n, sizeof(char *));
	for (i = 0; i < n; i++)
	{
		HeapTuple	tuple = SPI_tuptable->vals[i];
		ScoreMatrixView view;
		uint8		marks = 0;
		bool		null;
		int64		released;
		uint32		j;

		CHECK_FOR_INTERRUPTS();
		stratum[i] = SPI_getvalue(tuple, SPI_tuptable->tupdesc, 1);
		sc_matrix_read(SPI_getbinval(tuple, SPI_tuptable->tupdesc, 2, &null), &view);
		for (j = 0; j < view.n_benchmarks; j++)
			marks |= view.benchmark_flags[j];
		if ((marks & SC_BENCHMARK_CAPABILITY) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("stratum \"%s\" of %s has no capability benchmarks", stratum[i], evaluation->relation),
					 errdetail("The matrix has none annotated."),
					 errhint("Mark them in the evaluation, with annotate(m, capabilities => ...).")));
		check_marks(&view, stratum[i], evaluation);
		released = sc_matrix_find_benchmark(&view, VIEW_RELEASED, strlen(VIEW_RELEASED));
		if (released >= 0 && (view.benchmark_flags[released] & SC_BENCHMARK_COVARIATE) != 0)
			has->released = true;
	}
	SPI_freetuptable(SPI_tuptable);
	check_strata(evaluation, stratum, n);
}
