// expect: satisf(y|action of) 'AssociationMeasure
// SPDX-License-Identifier: MIT
#include <implicitmf/association/shifted_pmi_matrix.hpp>

struct Measure {
#if defined(EXPECT_FAILURE)
  double operator()(double pmi) const { return pmi; }
#else
  double operator()(const implicitmf::CellLogs& cell) const { return cell.pmi; }
#endif
};

void associate(const implicitmf::CooccurrenceCounts& counts) {
  static_cast<void>(
      implicitmf::ShiftedPMIMatrix(counts, implicitmf::EmpiricalContexts{}, {}, Measure{}));
}
