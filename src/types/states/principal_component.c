/*-------------------------------------------------------------------------
 *
 * principal_component.c
 *	  The principal_component type: at rest, as text and in binary.
 *
 * Text: {"version": 1, "matrix": "spearman" | "pearson", "n": n, "benchmarks":
 * ["name", ...] | null, "negated": [false, ...], "means": [...], "sds": [...],
 * "weights": [...], "eigenvalues": [...]}.  Binary, in network order: int16
 * version, byte matrix (0 spearman, 1 pearson), byte has labels, int32 d, int64
 * n, per benchmark int32 length and text if it has labels, per benchmark byte
 * negated, float8 means, sds, weights, eigenvalues.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "miscadmin.h"
#include "libpq/pqformat.h"

#include "types/forms/json.h"
#include "types/forms/refuse.h"
#include "types/forms/wire.h"
#include "types/score_matrix/matrix_flat.h"
#include "types/states/principal_component.h"
#include "stats/base/status.h"

#define TYPE_NAME "principal_component"

PG_FUNCTION_INFO_V1(sc_principal_component_in);
PG_FUNCTION_INFO_V1(sc_principal_component_out);
PG_FUNCTION_INFO_V1(sc_principal_component_recv);
PG_FUNCTION_INFO_V1(sc_principal_component_send);

static Size
flat_size(int32 d, int32 n_eigenvalues, bool has_labels, uint32 label_bytes)
{
	return MAXALIGN(offsetof(PrincipalComponentFlat, data) +
					sizeof(double) * (3 * (Size) d + n_eigenvalues) +
					(has_labels ? sizeof(uint32) * (Size) d : 0) +
					(Size) d + label_bytes);
}

/* Finds the parts of a flat component whose header is filled in. */
static void
find_parts(PrincipalComponentFlat *flat, PrincipalComponent *c)
{
	char	   *p;

	c->pca = (ScPca) flat->pca;
	c->d = flat->d;
	c->n = flat->n;
	c->n_eigenvalues = flat->n_eigenvalues;
	c->has_labels = flat->has_labels;
	c->mean = flat->data;
	c->sd = c->mean + c->d;
	c->weight = c->sd + c->d;
	c->eigenvalue = c->weight + c->d;
	p = (char *) (c->eigenvalue + c->n_eigenvalues);
	c->label_end = c->has_labels ? (uint32 *) p : NULL;
	if (c->has_labels)
		p += sizeof(uint32) * c->d;
	c->negated = (uint8 *) p;
	c->labels = p + c->d;
}

PrincipalComponentFlat *
sc_principal_component_create(ScPca pca, int32 d, int64 n, int32 n_eigenvalues,
							  int64 label_bytes, PrincipalComponent *c)
{
	bool		has_labels = label_bytes >= 0;
	Size		size = flat_size(d, n_eigenvalues, has_labels, has_labels ? label_bytes : 0);
	PrincipalComponentFlat *flat = palloc0(size);

	SET_VARSIZE(flat, size);
	flat->version = SC_COMPONENT_VERSION;
	flat->pca = (uint8) pca;
	flat->has_labels = has_labels;
	flat->d = d;
	flat->label_bytes = has_labels ? (uint32) label_bytes : 0;
	flat->n = n;
	flat->n_eigenvalues = n_eigenvalues;
	find_parts(flat, c);
	return flat;
}

/* What must hold of the numbers, however they came. */
static const char *
check_numbers(const PrincipalComponent *c)
{
	double		norm = 0;
	int32		j;

	if (c->n < SC_MIN_MODELS)
		return "The number of models is out of range.";
	for (j = 0; j < c->d; j++)
	{
		if (!(fabs(c->mean[j]) <= SC_MAX_SCORE))
			return "A mean is out of range.";
		if (!(c->sd[j] > 0 && c->sd[j] <= 2 * SC_MAX_SCORE))
			return "A standard deviation is out of range.";
		if (!(fabs(c->weight[j]) <= 1 + 1e-9))
			return "A weight is out of range.";
		if (c->negated[j] > 1)
			return "A flag is out of range.";
		norm += c->weight[j] * c->weight[j];
	}
	for (j = 0; j < c->n_eigenvalues; j++)
	{
		if (!(c->eigenvalue[j] >= 0 && c->eigenvalue[j] <= c->d * (1 + 1e-9)) ||
			(j > 0 && c->eigenvalue[j] > c->eigenvalue[j - 1]))
			return "An eigenvalue is out of range or not in descending order.";
	}
	if (!(fabs(norm - 1) <= 1e-9) || !(c->eigenvalue[0] > 0))
		return "The weights are not a unit vector.";
	return NULL;
}

static const char *
check_flat(PrincipalComponentFlat *flat, PrincipalComponent *c)
{
	int32		j;

	if (VARSIZE(flat) < offsetof(PrincipalComponentFlat, data))
		return "The value is shorter than its header.";
	if (flat->version != SC_COMPONENT_VERSION || flat->reserved != 0)
		return "The format version is not supported.";
	if (flat->pca > SC_PCA_PEARSON || flat->has_labels > 1 || flat->d < 1 ||
		flat->d > SC_MAX_CAPABILITIES ||
		flat->n_eigenvalues < 1 || flat->n_eigenvalues > flat->d ||
		flat->label_bytes > (uint32) flat->d * SC_MAX_LABEL_BYTES ||
		(!flat->has_labels && flat->label_bytes > 0))
		return "A count is out of range.";
	if (VARSIZE(flat) != flat_size(flat->d, flat->n_eigenvalues, flat->has_labels, flat->label_bytes))
		return "The length does not agree with the counts.";
	find_parts(flat, c);
	for (j = 0; c->has_labels && j < c->d; j++)
	{
		uint32		start = j == 0 ? 0 : c->label_end[j - 1];

		if (c->label_end[j] < start || c->label_end[j] > flat->label_bytes)
			return "A label lies outside the label bytes.";
	}
	return check_numbers(c);
}

void
sc_principal_component_read(Datum d, PrincipalComponent *c)
{
	PrincipalComponentFlat *flat = (PrincipalComponentFlat *) PG_DETOAST_DATUM(d);
	const char *problem = check_flat(flat, c);

	if (problem != NULL)
		sc_refuse_stored(TYPE_NAME, problem);
}

/* ----------
 * What text and binary input have in common: labels, gathered
 * ----------
 */

typedef struct GatheredLabels
{
	StringInfoData bytes;
	uint32	   *end;			/* of each label in bytes */
	int32		n;
} GatheredLabels;

static void
init_labels(GatheredLabels *labels)
{
	initStringInfo(&labels->bytes);
	labels->end = palloc(sizeof(uint32) * SC_MAX_CAPABILITIES);
	labels->n = 0;
}

/* Adds one; returns NULL, or what is wrong with it. */
static const char *
gather_label(GatheredLabels *labels, const char *label, uint32 len)
{
	uint32		start = 0;
	int32		j;

	if (labels->n == SC_MAX_CAPABILITIES)
		return "There are too many benchmarks.";
	if (len > SC_MAX_LABEL_BYTES)
		return "A label is too long.";
	CHECK_FOR_INTERRUPTS();
	for (j = 0; j < labels->n; j++)
	{
		if (labels->end[j] - start == len &&
			memcmp(labels->bytes.data + start, label, len) == 0)
			return "A benchmark appears twice.";
		start = labels->end[j];
	}
	appendBinaryStringInfo(&labels->bytes, label, len);
	labels->end[labels->n++] = labels->bytes.len;
	return NULL;
}

/* Puts them into a component that was made for them. */
static void
put_labels(PrincipalComponent *c, const GatheredLabels *labels)
{
	memcpy(c->label_end, labels->end, sizeof(uint32) * c->d);
	if (labels->bytes.len > 0)
		memcpy(c->labels, labels->bytes.data, labels->bytes.len);
}

/* ----------
 * Text
 * ----------
 */

enum
{
	KEY_VERSION, KEY_MATRIX, KEY_N, KEY_BENCHMARKS, KEY_NEGATED,
	KEY_MEANS, KEY_SDS, KEY_WEIGHTS, KEY_EIGENVALUES, N_KEYS
};

static const char *const keys[N_KEYS] = {
	"version", "matrix", "n", "benchmarks", "negated",
	"means", "sds", "weights", "eigenvalues"
};

#define N_ARRAYS (N_KEYS - KEY_MEANS)

static ScPca
read_matrix(JsonReader *r)
{
	char	   *word = sc_json_string(r, NULL);

	if (strcmp(word, "pearson") == 0)
		return SC_PCA_PEARSON;
	if (strcmp(word, "spearman") != 0)
		sc_json_fail(r, "The matrix is neither spearman nor pearson.");
	return SC_PCA_SPEARMAN;
}

/* An array of labels, or null for a component without; returns which it was. */
static bool
read_labels(JsonReader *r, GatheredLabels *labels)
{
	if (sc_json_null(r))
		return false;
	sc_json_array_begin(r);
	while (sc_json_array_next(r))
	{
		uint32		len;
		char	   *label = sc_json_string(r, &len);
		const char *problem = gather_label(labels, label, len);

		if (problem)
			sc_json_fail(r, problem);
	}
	return true;
}

/* The next element of an array that has one for each benchmark. */
static bool
next_of_benchmark(JsonReader *r, int32 n)
{
	if (!sc_json_array_next(r))
		return false;
	if (n == SC_MAX_CAPABILITIES)
		sc_json_fail(r, "There are too many benchmarks.");
	return !sc_json_failed(r);
}

/* Arrays of any length up to the limit; return the length. */
static int32
read_flags(JsonReader *r, uint8 *flags)
{
	int32		n = 0;

	sc_json_array_begin(r);
	while (next_of_benchmark(r, n))
		flags[n++] = sc_json_bool(r);
	return n;
}

static int32
read_doubles(JsonReader *r, double *values)
{
	int32		n = 0;

	sc_json_array_begin(r);
	while (next_of_benchmark(r, n))
		values[n++] = sc_json_double(r);
	return n;
}

Datum
sc_principal_component_in(PG_FUNCTION_ARGS)
{
	char	   *text = PG_GETARG_CSTRING(0);
	double	   *values = palloc(sizeof(double) * N_ARRAYS * SC_MAX_CAPABILITIES);
	uint8	   *negated = palloc(SC_MAX_CAPABILITIES);
	GatheredLabels labels;
	PrincipalComponentFlat *flat;
	PrincipalComponent c;
	bool		seen[N_KEYS] = {false};
	int32		length[N_ARRAYS] = {0};
	int32		d = 0;
	int64		n = 0;
	bool		has_labels = false;
	ScPca		pca = SC_PCA_SPEARMAN;
	const char *problem;
	JsonReader	r;
	int			key;

	init_labels(&labels);
	sc_json_open(&r, text, strlen(text), TYPE_NAME, fcinfo->context);
	sc_json_object_begin(&r);
	while ((key = sc_json_key(&r, keys, N_KEYS, N_KEYS, seen)) >= 0)
	{
		switch (key)
		{
			case KEY_VERSION:
				sc_json_version(&r, SC_COMPONENT_VERSION);
				break;
			case KEY_MATRIX:
				pca = read_matrix(&r);
				break;
			case KEY_N:
				n = sc_json_int64(&r);
				break;
			case KEY_BENCHMARKS:
				has_labels = read_labels(&r, &labels);
				break;
			case KEY_NEGATED:
				d = read_flags(&r, negated);
				break;
			default:
				key -= KEY_MEANS;
				length[key] = read_doubles(&r, values + key * SC_MAX_CAPABILITIES);
				break;
		}
	}
	sc_json_close(&r);
	if (d < 1 || length[0] != d || length[1] != d || length[2] != d ||
		(has_labels && labels.n != d))
		sc_json_fail(&r, "Arrays have different lengths.");
	if (length[3] < 1 || length[3] > d)
		sc_json_fail(&r, "The number of eigenvalues is out of range.");
	if (sc_json_failed(&r))
		PG_RETURN_NULL();

	flat = sc_principal_component_create(pca, d, n, length[3],
										 has_labels ? labels.bytes.len : -1, &c);
	for (key = 0; key < N_ARRAYS; key++)
		memcpy(c.mean + key * d, values + key * SC_MAX_CAPABILITIES,
			   sizeof(double) * length[key]);
	memcpy(c.negated, negated, d);
	if (has_labels)
		put_labels(&c, &labels);
	problem = check_numbers(&c);
	if (problem)
	{
		sc_json_fail(&r, problem);
		PG_RETURN_NULL();
	}
	PG_RETURN_POINTER(flat);
}

Datum
sc_principal_component_out(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;
	StringInfoData out;
	uint32		len;
	int32		j;
	int			k;

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
	initStringInfo(&out);
	appendStringInfo(&out, "{\"version\":%d,\"matrix\":\"%s\",\"n\":" INT64_FORMAT ",\"benchmarks\":",
					 SC_COMPONENT_VERSION, c.pca == SC_PCA_PEARSON ? "pearson" : "spearman", c.n);
	if (c.has_labels)
	{
		for (j = 0; j < c.d; j++)
		{
			const char *label = sc_principal_component_label(&c, j, &len);

			appendStringInfoChar(&out, j > 0 ? ',' : '[');
			sc_json_put_label(&out, label, len);
		}
		appendStringInfoChar(&out, ']');
	}
	else
		appendStringInfoString(&out, "null");
	appendStringInfoString(&out, ",\"negated\":");
	for (j = 0; j < c.d; j++)
		appendStringInfo(&out, "%c%s", j > 0 ? ',' : '[',
						 c.negated[j] ? "true" : "false");
	appendStringInfoChar(&out, ']');
	for (k = KEY_MEANS; k <= KEY_EIGENVALUES; k++)
	{
		appendStringInfo(&out, ",\"%s\":", keys[k]);
		sc_json_put_doubles(&out, c.mean + (k - KEY_MEANS) * c.d,
							k == KEY_EIGENVALUES ? c.n_eigenvalues : c.d);
	}
	appendStringInfoChar(&out, '}');
	PG_RETURN_CSTRING(out.data);
}

/* ----------
 * Binary
 * ----------
 */

Datum
sc_principal_component_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	GatheredLabels labels;
	PrincipalComponentFlat *flat;
	PrincipalComponent c;
	int			pca;
	int			has_labels;
	uint32		d;
	uint32		n_eigenvalues;
	uint32		j;
	int64		n;
	const char *problem;

	sc_wire_version(buf, TYPE_NAME, SC_COMPONENT_VERSION);
	pca = pq_getmsgbyte(buf);
	has_labels = pq_getmsgbyte(buf);
	d = sc_wire_count(buf, TYPE_NAME, 25);
	n = pq_getmsgint64(buf);
	n_eigenvalues = pq_getmsgint(buf, 4);
	if (pca > SC_PCA_PEARSON || has_labels > 1 || d < 1 ||
		d > SC_MAX_CAPABILITIES || n_eigenvalues < 1 || n_eigenvalues > d)
		sc_wire_fail(TYPE_NAME, "A count is out of range.");
	init_labels(&labels);
	for (j = 0; has_labels && j < d; j++)
	{
		int			len;
		char	   *label = sc_wire_label(buf, TYPE_NAME, &len);

		problem = gather_label(&labels, label, len);
		if (problem)
			sc_wire_fail(TYPE_NAME, problem);
		pfree(label);
	}
	flat = sc_principal_component_create((ScPca) pca, d, n, n_eigenvalues,
										 has_labels ? labels.bytes.len : -1, &c);
	if (has_labels)
		put_labels(&c, &labels);
	for (j = 0; j < d; j++)
		c.negated[j] = pq_getmsgbyte(buf);
	sc_wire_doubles(buf, TYPE_NAME, c.mean, 3 * (Size) d + n_eigenvalues, false);
	pq_getmsgend(buf);
	problem = check_numbers(&c);
	if (problem)
		sc_wire_fail(TYPE_NAME, problem);
	PG_RETURN_POINTER(flat);
}

Datum
sc_principal_component_send(PG_FUNCTION_ARGS)
{
	PrincipalComponent c;
	StringInfoData buf;
	uint32		len;
	int32		j;

	sc_principal_component_read(PG_GETARG_DATUM(0), &c);
	pq_begintypsend(&buf);
	pq_sendint16(&buf, SC_COMPONENT_VERSION);
	pq_sendbyte(&buf, (uint8) c.pca);
	pq_sendbyte(&buf, c.has_labels);
	pq_sendint32(&buf, c.d);
	pq_sendint64(&buf, c.n);
	pq_sendint32(&buf, c.n_eigenvalues);
	for (j = 0; c.has_labels && j < c.d; j++)
	{
		const char *label = sc_principal_component_label(&c, j, &len);

		sc_send_counted_text(&buf, label, len);
	}
	for (j = 0; j < c.d; j++)
		pq_sendbyte(&buf, c.negated[j]);
	for (j = 0; j < 3 * c.d + c.n_eigenvalues; j++)
		pq_sendfloat8(&buf, c.mean[j]);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}
