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
	row->place = palloc(sizeof(int) * n);
	for (i = 0; i < n; i++)
		row->place[i] = place_of(desc, &columns[i]);
	row->values = palloc0(sizeof(Datum) * Max(desc->natts, 1));
	row->nulls = palloc(sizeof(bool) * Max(desc->natts, 1));
	memset(row->nulls, true, sizeof(bool) * desc->natts);
}

static void
fill(ResultRow *row, const Datum *values, const bool *nulls)
{
	int			i;

	for (i = 0; i < row->n; i++)
	{
		if (row->place[i] < 0)
			continue;
		row->values[row->place[i]] = values[i];
		row->nulls[row->place[i]] = nulls[i];
	}
}

void
sc_begin_rows(FunctionCallInfo fcinfo, const ResultColumn *columns, int n, ResultRows *rows)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;

	InitMaterializedSRF(fcinfo, 0);
	rows->store = rsinfo->setResult;
	prepare(&rows->row, rsinfo->setDesc, columns, n);
}

void
sc_put_row(ResultRows *rows, const Datum *values, const bool *nulls)
{
	fill(&rows->row, values, nulls);
	tuplestore_putvalues(rows->store, rows->row.desc, rows->row.values, rows->row.nulls);
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

/* The one row of a function that returns a composite value. */
static Datum
one_row(FunctionCallInfo fcinfo, const ResultColumn *columns, int n,
		const Datum *values, const bool *nulls)
{
	ResultRow	row;
	TupleDesc	desc;

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a composite type");
	prepare(&row, BlessTupleDesc(desc), columns, n);
	fill(&row, values, nulls);
	return HeapTupleGetDatum(heap_form_tuple(row.desc, row.values, row.nulls));
}

Datum
sc_test_datum(FunctionCallInfo fcinfo, ScStatus status, const ScCorrelation *c,
			  double p_value)
{
	Datum		values[lengthof(test_columns)] = {0};
	bool		nulls[lengthof(test_columns)] = {false, true, true, true, true};
	double		low;
	double		high;

	values[0] = Int32GetDatum((int32) c->n);
	if (status == SC_OK)
	{
		values[1] = Float8GetDatum(c->corr);
		nulls[1] = false;
		if (sc_interval(c, sc_normal_quantile(SC_DEFAULT_CONFIDENCE), &low, &high))
		{
			values[2] = Float8GetDatum(low);
			values[3] = Float8GetDatum(high);
			nulls[2] = nulls[3] = false;
		}
		values[4] = Float8GetDatum(p_value);
		nulls[4] = false;
	}
	return one_row(fcinfo, test_columns, lengthof(test_columns), values, nulls);
}
