/* SPDX-License-Identifier: MIT */
/* mof_samples.h: classes with one of everything that a definition can have, for tests of MOF: abstract Base, Thing with
 * properties of all types and methods, Again that repeats some of them, Plain. */
#ifndef WQL_TESTS_MOF_SAMPLES_H
#define WQL_TESTS_MOF_SAMPLES_H

#include <wql/schema.h>

enum { MOF_SAMPLES = 4 };
extern const wql_class_def mof_samples[MOF_SAMPLES];

#endif
