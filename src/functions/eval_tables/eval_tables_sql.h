/*-------------------------------------------------------------------------
 *
 * eval_tables_sql.h
 *	  The tables and views that create_eval_tables() makes: names, columns,
 *	  queries and comments, as text.
 *
 * Nothing here touches the database.  All of it is read with the search_path
 * pg_catalog, pg_temp; "@schema@" stands for the schema of the tables,
 * "@extension@" for that of our functions, see sc_tables_sql().
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_FUNCTIONS_EVAL_TABLES_EVAL_TABLES_SQL_H
#define SC_FUNCTIONS_EVAL_TABLES_EVAL_TABLES_SQL_H

/* The function that makes the tables and views: by its name they are known again. */
#define EVAL_TABLES_MAKER "create_eval_tables"

/* A column; name is NULL after the last.  definition: what follows the name of a table's. */
typedef struct EvalColumn
{
	const char *name;
	const char *definition;
	const char *comment;
} EvalColumn;

typedef struct EvalKind
{
	const char *name;
	char		relkind;		/* RELKIND_RELATION or RELKIND_VIEW */
	const EvalColumn *columns;
	const char *constraint;		/* of a table, after its columns; NULL for
								 * none */
	const char *const *indexes; /* of a table: what follows "CREATE INDEX ON
								 * name"; NULL after the last; NULL for none */
	const char *query;			/* of a view, whose columns are those above */
	const char *comment;
} EvalKind;

/* In the order in which they are made; each stands on earlier ones only. */
extern const EvalKind sc_tables_kinds[];
extern const int sc_tables_n_kinds;

/* The table of a name, one of ours. */
extern const EvalKind *sc_tables_kind(const char *name);

/*
 * The variant of a task without its limit, and whether it has one: expressions
 * over a column.
 */
#define EVAL_BASE_VARIANT(variant) \
	"CASE WHEN " variant " LIKE '%limit=%' THEN ltrim(regexp_replace(" variant ", '(^|, )limit=[^,]*', '', 'g'), ', ')" \
	" ELSE coalesce(" variant ", '') END"
#define EVAL_HAS_LIMIT(variant) \
	"CASE WHEN " variant " LIKE '%limit=%' THEN " variant " ~ '(^|, )limit=' ELSE false END"

/* The text with the two schemas, which are quoted here. */
extern char *sc_tables_sql(const char *text, const char *schema, const char *extension);

#endif							/* SC_FUNCTIONS_EVAL_TABLES_EVAL_TABLES_SQL_H */
