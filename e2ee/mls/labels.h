/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/*
 * The labels of RFC 9420, each with one use. "MLS 1.0 " is put before all of them (sections 5.1.2, 5.1.3 and
 * 8), but before the two of references, and before that of HPKE's export, which have it here.
 */

/* SignWithLabel (section 17.6) */
#define MLS_LABEL_FRAMED_CONTENT "FramedContentTBS"
#define MLS_LABEL_LEAF_NODE      "LeafNodeTBS"
#define MLS_LABEL_KEY_PACKAGE    "KeyPackageTBS"
#define MLS_LABEL_GROUP_INFO     "GroupInfoTBS"

/* EncryptWithLabel (section 17.7) */
#define MLS_LABEL_UPDATE_PATH_NODE "UpdatePathNode"
#define MLS_LABEL_WELCOME          "Welcome"

/* RefHash (section 5.2) */
#define MLS_LABEL_KEY_PACKAGE_REFERENCE "MLS 1.0 KeyPackage Reference"
#define MLS_LABEL_PROPOSAL_REFERENCE    "MLS 1.0 Proposal Reference"

/* HPKE's exporter context (section 8.3) */
#define MLS_LABEL_EXTERNAL_INIT "MLS 1.0 external init secret"
