// SPDX-License-Identifier: MIT
//
// The word vectors of weighted factorization as its search leaves them, before the canonical form:
// for the row "raw" of benchmarks/objective.py.
//
//   raw_wmf COUNTS VECTORS DIMENSION NEGATIVES L2
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

#include <implicitmf/sgns.hpp>

namespace {

namespace imf = implicitmf;

void factorize(char** argument) {
  const imf::CooccurrenceCounts counts = imf::load_counts(argument[1]);
  const auto dimension = static_cast<std::size_t>(std::atoi(argument[3]));
  const imf::GlobalObjective objective{counts, imf::SGNSObjective{counts, std::atof(argument[4])}};
  const imf::detail::SerialEigen serial;
  const imf::detail::RowScales scales(objective);
  imf::ThreadTeam team(0);
  using Problem = imf::detail::SymmetricProblem<imf::DefaultArch>;
  Problem problem(objective, scales, std::atof(argument[5]), team);
  imf::Factors start = imf::detail::start_factors(objective, scales, dimension, 1, 0);
  imf::detail::LBFGS<Problem> search(problem, problem.point_of(std::move(start)), team);
  const double tolerance = imf::WeightedOptions{}.tolerance;
  for (double before = 2.0 * search.value(); before - search.value() > tolerance * before;) {
    before = search.value();
    if (!search.step()) break;
  }
  imf::save_word2vec(argument[2], problem.factors_of(search.point()).words, counts.words());
}

}  // namespace

int main(int arguments, char** argument) {
  if (arguments != 6) {
    std::fputs("usage: raw_wmf COUNTS VECTORS DIMENSION NEGATIVES L2\n", stderr);
    return 2;
  }
  try {
    factorize(argument);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "raw_wmf: %s\n", error.what());
    return 1;
  }
  return 0;
}
