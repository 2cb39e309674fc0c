/*-------------------------------------------------------------------------
 *
 * load_file.h
 *	  One file: reads it and hands it to the server, whole or in parts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef SC_LOAD_LOAD_FILE_H
#define SC_LOAD_LOAD_FILE_H

#include <stdbool.h>

#include "load/batch.h"
#include "load/walk.h"

/*
 * Whatever is wrong with the file, it is rejected and true is returned; false
 * if nothing more can be loaded (batch->is_over, or a signal).
 */
extern bool sc_load_file(ScBatch *batch, const ScFile *file);

#endif
