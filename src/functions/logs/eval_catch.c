/*-------------------------------------------------------------------------
 *
 * eval_catch.c
 *	  What is wrong with a log, as a text instead of an error.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

#include "functions/logs/eval_catch.h"
#include "types/forms/clip.h"

/* What a reason shows at most. */
#define SHOWN_REASON_BYTES 1000

/*
 * Is an error one of the content of a log?  Not if somebody or the server ended
 * the statement, if rights or disk space lack, or if our functions are not there.
 */
static bool
is_of_content(const ErrorData *error)
{
	switch (ERRCODE_TO_CATEGORY(error->sqlerrcode))
	{
		case ERRCODE_TO_CATEGORY(ERRCODE_OPERATOR_INTERVENTION):
		case ERRCODE_TO_CATEGORY(ERRCODE_SYNTAX_ERROR_OR_ACCESS_RULE_VIOLATION):
		case ERRCODE_TO_CATEGORY(ERRCODE_SYSTEM_ERROR):
		case ERRCODE_TO_CATEGORY(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE):
		case ERRCODE_TO_CATEGORY(ERRCODE_INVALID_TRANSACTION_STATE):
		case ERRCODE_TO_CATEGORY(ERRCODE_TRANSACTION_ROLLBACK):
		case ERRCODE_TO_CATEGORY(ERRCODE_CONNECTION_EXCEPTION):
			return false;
		case ERRCODE_TO_CATEGORY(ERRCODE_INSUFFICIENT_RESOURCES):
			/* a document may be larger than what there is */
			return error->sqlerrcode == ERRCODE_OUT_OF_MEMORY;
		default:
			return true;
	}
}

/* An error as one line, of bounded length. */
static char *
reason_of(const ErrorData *error)
{
	char	   *reason = error->detail == NULL ? pstrdup(error->message) : psprintf("%s: %s", error->message, error->detail);
	int			len = (int) strlen(reason);

	return len <= SHOWN_REASON_BYTES ? reason :
		psprintf("%.*s...", sc_clip(reason, len, SHOWN_REASON_BYTES), reason);
}

char *
sc_eval_catch(void (*read) (void *argument), void *argument)
{
	MemoryContext caller = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	char	   *volatile reason = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(caller);
	PG_TRY();
	{
		read(argument);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(caller);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(caller);
		CurrentResourceOwner = owner;
		if (!is_of_content(error))
			ReThrowError(error);
		reason = reason_of(error);
		FreeErrorData(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(caller);
	CurrentResourceOwner = owner;
	return reason;
}
