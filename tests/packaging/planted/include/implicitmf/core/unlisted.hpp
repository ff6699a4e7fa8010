// SPDX-License-Identifier: MIT
// Not in the list, and without its guard.
