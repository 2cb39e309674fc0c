/*-------------------------------------------------------------------------
 *
 * result_rows.c
 *	  Rows of a result, of a named composite type of the catalog.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "functions/shared/result_rows.h"
#include "stats/correlation/infer.h"

/* Where the catalog has a column, or -1. */
static int
place_of(TupleDesc desc, const ResultColumn *column)
{
	int			i;

	for (i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute att = TupleDescAttr(desc, i);

		if (att->attisdropped || strcmp(NameStr(att->attname), column->name) != 0)
			continue;
		/* whoever owns the type can change it; a wrong type would crash */
		if (att->atttypid != column->type)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("column \"%s\" of type %s is of type %s, not %s", column->name,
							format_type_be(desc->tdtypeid), format_type_be(att->atttypid),
							format_type_be(column->type)),
					 errhint("Give the column the type that the extension made it with.")));
		return i;
	}
	return -1;
}

static void
prepare(ResultRow *row, TupleDesc desc, const ResultColumn *columns, int n)
{
	int			i;

	row->desc = desc;
	row->n = n;
	row->next = 0;
	row->place = palloc(sizeof(int) * n);
	for (i = 0; i < n; i++)
		row->place[i] = place_of(desc, &columns[i]);
	row->values = palloc0(sizeof(Datum) * Max(desc->natts, 1));
	row->nulls = palloc(sizeof(bool) * Max(desc->natts, 1));
	memset(row->nulls, true, sizeof(bool) * desc->natts);
}

void
sc_begin_rows(FunctionCallInfo fcinfo, const ResultColumn *columns, int n, ResultRows *rows)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	rows->store = rsinfo->setResult;
	rows->context = AllocSetContextCreate(CurrentMemoryContext, "row of a result",
										  ALLOCSET_SMALL_SIZES);
	prepare(&rows->row, rsinfo->setDesc, columns, n);
}

void
sc_put_row(ResultRows *rows, const Datum *values, const bool *nulls)
{
	int			i;

	for (i = 0; i < rows->row.n; i++)
		sc_add(&rows->row, values[i], nulls[i]);
	sc_end_row(rows);
}

void
sc_add_label(ResultRows *rows, const char *label, uint32 len)
{
	MemoryContext caller = MemoryContextSwitchTo(rows->context);

	sc_add(&rows->row, PointerGetDatum(cstring_to_text_with_len(label, (int) len)), false);
	MemoryContextSwitchTo(caller);
}

void
sc_add_text(ResultRows *rows, const char *text)
{
	if (text == NULL)
		sc_add_null(rows);
	else
		sc_add_label(rows, text, (uint32) strlen(text));
}

void
sc_end_row(ResultRows *rows)
{
	Assert(rows->row.next == rows->row.n);
	tuplestore_putvalues(rows->store, rows->row.desc, rows->row.values, rows->row.nulls);
	rows->row.next = 0;
	MemoryContextReset(rows->context);
}

/* ----------
 * The test of one correlation
 * ----------
 */

static const ResultColumn test_columns[] = {
	{"n", INT4OID},
	{"corr", FLOAT8OID},
	{"ci_low", FLOAT8OID},
	{"ci_high", FLOAT8OID},
	{"p_value", FLOAT8OID},
};

Datum
sc_test_datum(FunctionCallInfo fcinfo, ScStatus status, const ScCorrelation *c,
			  double p_value)
{
	bool		there = status == SC_OK;
	double		low = 0;
	double		high = 0;
	bool		has_interval = there &&
		sc_interval(c, sc_normal_quantile(SC_DEFAULT_CONFIDENCE), &low, &high);
	ResultRow	row;
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a composite type");
	prepare(&row, BlessTupleDesc(desc), test_columns, lengthof(test_columns));
	sc_add(&row, Int32GetDatum((int32) c->n), false);
	sc_add(&row, Float8GetDatum(c->corr), !there);
	sc_add(&row, Float8GetDatum(low), !has_interval);
	sc_add(&row, Float8GetDatum(high), !has_interval);
	sc_add(&row, Float8GetDatum(p_value), !there);
	return HeapTupleGetDatum(heap_form_tuple(row.desc, row.values, row.nulls));
}
