// expect: satisf(y|action of) 'NegativesPolicy
// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/sgns_trainer.hpp>

struct Negatives {
  implicitmf::EmpiricalContexts distribution;
  implicitmf::Collision collision = implicitmf::Collision::keep;
#if !defined(EXPECT_FAILURE)
  [[nodiscard]] implicitmf::NegativeSharing sharing(std::size_t /*dimension*/) const { return {}; }
#endif
  void validate() const {}
};

void train(const implicitmf::EncodedCorpus& corpus) {
  static_cast<void>(implicitmf::SGNSTrainer<implicitmf::GradientStep<>, Negatives>().train(corpus));
}
