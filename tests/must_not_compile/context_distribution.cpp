// expect: satisf(y|action of) 'ContextDistribution
// SPDX-License-Identifier: MIT
#include <implicitmf/association/shifted_pmi_matrix.hpp>

struct Contexts {
#if defined(EXPECT_FAILURE)
  float weight(double count) const { return static_cast<float>(count); }
#else
  double weight(double count) const { return count; }
#endif
  void validate() const {}
};

void associate(const implicitmf::CooccurrenceCounts& counts) {
  static_cast<void>(implicitmf::ShiftedPMIMatrix(counts, Contexts{}));
}
