/*-------------------------------------------------------------------------
 *
 * eval_csv.c
 *	  Tables of scores in CSV: a row for each model, as pandas writes them; a row for
 *	  each score; and the leaderboards of AlpacaEval.
 *
 * RFC 4180, and what differs in practice: semicolons or tabs between cells, line ends of
 * all systems, blank lines.  A column that holds texts says something about the
 * models, which is passed over; one that holds numbers is a benchmark.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "port.h"
#include "utils/memutils.h"

#include "functions/logs/eval_formats.h"
#include "functions/logs/eval_models.h"
#include "types/forms/clip.h"

#define LONGEST_NUMBER 64
#define SHOWN_BYTES 100

/* A table has as many columns as PostgreSQL's, and some. */
#define MOST_COLUMNS 10000

/* What stands for no score. */
static const char *const missing_words[] = {"", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None", "-"};

/* How columns are called that hold the name of the model, the surest first; "" is pandas' index. */
static const char *const model_names[] = {"model", "model_name", "fullname", "model name", "name", ""};
static const char *const benchmark_names[] = {"benchmark", "task", "dataset", "evaluation_name"};
static const char *const score_names[] = {"score", "value"};

typedef struct Table
{
	Size		n_rows;			/* without the header */
	int			n_columns;
	EvalText   *cells;			/* row by row, the header first */
	bool		has_commas;		/* in numbers, as beside semicolons */
} Table;

static EvalText
cell_of(const Table *table, Size row, int column)
{
	return table->cells[row * table->n_columns + column];
}

static char *
shown(EvalText text)
{
	return pnstrdup(text.data, sc_clip(text.data, text.len, SHOWN_BYTES));
}

/* ----------
 * Cells
 * ----------
 */

/* Which of the usual signs stands between the cells of the header. */
static char
separator_of(const char *s, const char *end)
{
	int			n[3] = {0, 0, 0};
	bool		quoted = false;

	for (; s < end && (quoted || (*s != '\n' && *s != '\r')); s++)
	{
		if (*s == '"')
			quoted = !quoted;
		else if (!quoted)
		{
			CHECK_FOR_INTERRUPTS();
			n[0] += *s == ',';
			n[1] += *s == ';';
			n[2] += *s == '\t';
		}
	}
	return n[1] > n[0] && n[1] >= n[2] ? ';' : n[2] > n[0] ? '\t' : ',';
}

/* The line of a place in the text, from 1 on, for messages. */
static Size
line_of(const char *text, const char *place)
{
	Size		line = 1;

	for (; text <place; text ++)
		line += *text == '\n';
	return line;
}

/* The cell at *s, which then is on the sign behind it, or at the end; text is all of the table. */
static EvalText
next_cell(const char *text, const char **s, const char *end, char separator)
{
	EvalText	cell = {*s, 0};
	char	   *copy;

	if (*s == end || **s != '"')
	{
		while (*s < end && **s != separator && **s != '\n' && **s != '\r')
		{
			CHECK_FOR_INTERRUPTS();
			(*s)++;
		}
		cell.len = *s - cell.data;
		while (cell.len > 0 && cell.data[0] == ' ')
			cell.data++, cell.len--;
		while (cell.len > 0 && cell.data[cell.len - 1] == ' ')
			cell.len--;
		return cell;
	}
	/* what is between quotes, two of which stand for one */
	cell.data = ++*s;
	for (; *s < end; (*s)++)
	{
		CHECK_FOR_INTERRUPTS();
		if (**s != '"')
			continue;
		if (*s + 1 < end && (*s)[1] == '"')
			(*s)++;
		else
			break;
	}
	if (*s == end)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("quoted cell of the table does not end"),
				 errdetail("It begins in line %zu.", line_of(text, cell.data))));
	cell.len = *s - cell.data;
	(*s)++;
	if (memchr(cell.data, '"', cell.len) != NULL)
	{
		int			i;
		int			n = 0;

		copy = palloc(cell.len);
		for (i = 0; i < cell.len; i++)
		{
			copy[n++] = cell.data[i];
			if (cell.data[i] == '"')
				i++;
		}
		cell.data = copy;
		cell.len = n;
	}
	if (*s < end && **s != separator && **s != '\n' && **s != '\r')
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("quoted cell of the table is followed by text"),
				 errdetail("It is in line %zu.", line_of(text, *s))));
	return cell;
}

static void
read_table(const char *s, Size len, Table *table)
{
	const char *text = s;
	const char *end = s + len;
	char		separator = separator_of(s, end);
	Size		room = 0;
	Size		n = 0;

	table->n_columns = 0;
	table->cells = NULL;
	table->has_commas = separator == ';';
	while (s < end)
	{
		const char *row = s;
		int			column = 0;
		bool		more = true;
		bool		is_empty = true;

		CHECK_FOR_INTERRUPTS();
		/* a blank line, or one of a file with \r\n */
		if (*s == '\n' || *s == '\r')
		{
			s++;
			continue;
		}
		while (more)
		{
			CHECK_FOR_INTERRUPTS();
			if (column == MOST_COLUMNS)
				ereport(ERROR,
						(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
						 errmsg("table has too many columns"),
						 errdetail("The row in line %zu has more than the %d that can be read.", line_of(text, row), MOST_COLUMNS)));
			if (n == room)
			{
				room = Max(room * 2, 1024);
				table->cells = table->cells == NULL ? palloc(room * sizeof(EvalText)) :
					repalloc_huge(table->cells, room * sizeof(EvalText));
			}
			table->cells[n] = next_cell(text, &s, end, separator);
			is_empty = is_empty && table->cells[n].len == 0;
			n++;
			column++;
			more = s < end && *s == separator;
			if (more)
				s++;
		}
		if (s < end && *s == '\r')
			s++;
		if (s < end && *s == '\n')
			s++;
		/* ",,," is what spreadsheets leave behind a table */
		if (table->n_columns == 0)
			table->n_columns = column;
		else if (is_empty)
			n -= column;
		else if (column != table->n_columns)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("rows of the table have different numbers of cells"),
					 errdetail("The header has %d, the row in line %zu has %d.", table->n_columns, line_of(text, row), column)));
	}
	table->n_rows = table->n_columns == 0 ? 0 : n / table->n_columns - 1;
}

/* ----------
 * Values
 * ----------
 */

static bool
is_missing(EvalText cell)
{
	Size		i;

	for (i = 0; i < lengthof(missing_words); i++)
		if (sc_eval_text_is(cell, missing_words[i]))
			return true;
	return false;
}

/* A finite decimal number, which may be in percent; NaN for anything else. */
static double
number_of(const Table *table, EvalText cell)
{
	char		digits[LONGEST_NUMBER + 1];
	char	   *stop;
	double		number;
	int			i;

	if (cell.len > 1 && cell.data[cell.len - 1] == '%')
		cell.len--;
	if (cell.len == 0 || cell.len > LONGEST_NUMBER)
		return NAN;
	for (i = 0; i < cell.len; i++)
	{
		digits[i] = table->has_commas && cell.data[i] == ',' ? '.' : cell.data[i];
		if (strchr("0123456789+-.eE", digits[i]) == NULL || digits[i] == '\0')
			return NAN;
	}
	digits[cell.len] = '\0';
	number = strtod(digits, &stop);
	return *stop == '\0' && isfinite(number) ? number : NAN;
}

/* A column by one of its names, in any case; -1 if there is none. */
static int
column_of(const Table *table, const char *const *names, Size n)
{
	Size		i;
	int			column;

	for (i = 0; i < n; i++)
		for (column = 0; column < table->n_columns; column++)
		{
			EvalText	name = cell_of(table, 0, column);

			if (name.len == (int) strlen(names[i]) && pg_strncasecmp(name.data, names[i], name.len) == 0)
				return column;
		}
	return -1;
}

static int
column_named(const Table *table, const char *name)
{
	return column_of(table, &name, 1);
}

/*
 * Is a column a benchmark?  22023 if it holds more numbers than texts, but texts: a score
 * that nobody can read must not go by.
 */
static bool
has_scores(const Table *table, int column)
{
	Size		n_numbers = 0;
	Size		n_texts = 0;
	Size text = 0;
	Size		row;

	for (row = 1; row <= table->n_rows; row++)
	{
		EvalText	cell = cell_of(table, row, column);

		CHECK_FOR_INTERRUPTS();
		if (!isnan(number_of(table, cell)))
			n_numbers++;
		else if (!is_missing(cell) && n_texts++ == 0)
			text = row;
	}
	if (n_texts > 0 && n_numbers > n_texts)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("column \"%s\" of the table has both numbers and texts", shown(cell_of(table, 0, column))),
				 errdetail("Row %zu has \"%s\".", text, shown(cell_of(table, text, column))),
				 errhint("Leave cells without a score empty, or take the column out.")));
	return n_texts == 0 && n_numbers > 0;
}

/* A cell that is not empty, or none; no column, no text. */
static EvalText
text_of(const Table *table, Size row, int column)
{
	EvalText text = {NULL, 0};

	if (column >= 0 && !is_missing(cell_of(table, row, column)))
		text = cell_of(table, row, column);
	return text;
}

static double
score_of(const Table *table, Size row, int column)
{
	return column < 0 ? NAN : number_of(table, cell_of(table, row, column));
}

static int64
count_of(const Table *table, Size row, int column)
{
	double		count = score_of(table, row, column);

	return count >= 1 && count < 9007199254740992.0 && count == floor(count) ? (int64) count : -1;
}

/* The column that names the models: by its name, or else the first that holds texts. */
static int
model_column(const Table *table)
{
	int			column = column_of(table, model_names, lengthof(model_names));
	int			i;

	for (i = 0; column < 0 && i < table->n_columns; i++)
		if (!is_missing(cell_of(table, 1, i)) && isnan(number_of(table, cell_of(table, 1, i))))
			column = i;
	if (column < 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("table has no column with the names of models"),
				 errhint("Call that column \"model\".")));
	return column;
}

/* What all scores of a row have: the model, which must be there, and its setting. */
static EvalRow
begin_row(const Table *table, Size row, int model)
{
	EvalRow		out = sc_eval_row();
	EvalText	revision;

	out.model = sc_eval_model_name(text_of(table, row, model), &revision);
	out.setting = sc_eval_revision_setting(revision);
	if (out.model.data == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("row %zu of the table names no model", row)));
	return out;
}

/* ----------
 * Kinds of tables
 * ----------
 */

/* A row for each score. */
static void
read_long(const Table *table, int benchmark, int score, EvalSink *sink)
{
	int			model = model_column(table);
	int			setting = column_named(table, "setting");
	int			variant = column_named(table, "variant");
	int			metric = column_named(table, "metric");
	int			filter = column_named(table, "filter");
	int			error = column_named(table, "stderr");
	int			n = column_named(table, "n");
	Size		row;

	(void) has_scores(table, score);
	for (row = 1; row <= table->n_rows; row++)
	{
		EvalRow		out = begin_row(table, row, model);

		if (setting >= 0)
			out.setting = text_of(table, row, setting);
		out.benchmark = text_of(table, row, benchmark);
		out.variant = text_of(table, row, variant);
		out.metric = text_of(table, row, metric);
		out.filter = text_of(table, row, filter);
		out.score = score_of(table, row, score);
		out.error = score_of(table, row, error);
		if (!(out.error >= 0))
			out.error = NAN;
		out.n = count_of(table, row, n);
		sc_eval_put(sink, &out);
	}
}

/* A row for each model. */
static void
read_wide(const Table *table, EvalSink *sink)
{
	int			model = model_column(table);
	bool	   *is_benchmark = palloc0(table->n_columns * sizeof(bool));
	Size		row;
	int			column;

	for (column = 0; column < table->n_columns; column++)
		/* a column without a name is the row's number */
		is_benchmark[column] = column != model && cell_of(table, 0, column).len > 0 && has_scores(table, column);
	for (row = 1; row <= table->n_rows; row++)
	{
		EvalRow		out = begin_row(table, row, model);

		for (column = 0; column < table->n_columns; column++)
		{
			if (!is_benchmark[column])
				continue;
			out.benchmark = cell_of(table, 0, column);
			out.score = score_of(table, row, column);
			if (isnan(out.score))
				continue;
			sc_eval_put(sink, &out);
		}
	}
}

/* AlpacaEval: win rates in percent, with and without control of the length. */
static void
read_alpaca(const Table *table, EvalSink *sink)
{
	static const struct
	{
		const char *metric;
		const char *error;
	}			rates[] = {
		{"win_rate", "standard_error"},
		{"length_controlled_winrate", "lc_standard_error"},
		{"discrete_win_rate", ""},
	};
	int			model = model_column(table);
	int			n = column_named(table, "n_total");
	Size		row;
	Size		i;

	sink->source = "alpaca_eval";
	for (row = 1; row <= table->n_rows; row++)
	{
		EvalRow		out = begin_row(table, row, model);

		out.benchmark = sc_eval_key("alpaca_eval");
		out.n = count_of(table, row, n);
		out.lower_is_better = 0;
		for (i = 0; i < lengthof(rates); i++)
		{
			int			column = column_named(table, rates[i].metric);

			if (column < 0)
				continue;
			out.metric = sc_eval_key(rates[i].metric);
			out.score = score_of(table, row, column);
			if (isnan(out.score))
				continue;
			out.error = rates[i].error[0] == '\0' ? NAN : score_of(table, row, column_named(table, rates[i].error));

			/*
			 * that of the model that all are compared with is 0 by
			 * definition, and says nothing
			 */
			if (!(out.error > 0))
				out.error = NAN;
			sc_eval_put(sink, &out);
		}
	}
}

static int
compare_cells(const void *a, const void *b)
{
	return sc_eval_compare(*(const EvalText *) a, *(const EvalText *) b);
}

/* No two columns have the same name. */
static void
check_names(const Table *table)
{
	EvalText   *names = palloc(Max(table->n_columns, 1) * sizeof(EvalText));
	int			i;

	for (i = 0; i < table->n_columns; i++)
		names[i] = cell_of(table, 0, i);
	if (table->n_columns > 1)
		pg_qsort(names, table->n_columns, sizeof(EvalText), compare_cells);
	for (i = 1; i < table->n_columns; i++)
		if (sc_eval_compare(names[i - 1], names[i]) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("table has several columns \"%s\"", shown(names[i]))));
	pfree(names);
}

void
sc_read_eval_csv(const char *text, Size len, EvalSink *sink)
{
	Table		table;
	int			benchmark;
	int			score;

	read_table(text, len, &table);
	check_names(&table);
	sink->source = "csv";
	sink->why_none = "no column of the table has a number for every cell that is not empty";
	if (table.n_rows == 0)
		return;
	benchmark = column_of(&table, benchmark_names, lengthof(benchmark_names));
	score = column_of(&table, score_names, lengthof(score_names));
	if (benchmark >= 0 && score >= 0)
		read_long(&table, benchmark, score, sink);
	else if (column_named(&table, "win_rate") >= 0 &&
			 (column_named(&table, "n_total") >= 0 || column_named(&table, "length_controlled_winrate") >= 0 ||
			  column_named(&table, "standard_error") >= 0 || column_named(&table, "avg_length") >= 0))
		read_alpaca(&table, sink);
	else
		read_wide(&table, sink);
}
