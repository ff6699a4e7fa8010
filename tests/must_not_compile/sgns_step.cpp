// expect: satisf(y|action of) 'SGNSStep
// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/sgns_trainer.hpp>

struct Step {
  struct Worker {
    void dots(const implicitmf::kernels::SGNSGroup&, std::size_t, std::size_t, float*) {}
    void coefficients(const implicitmf::kernels::SGNSGroup&, float, float*) {}
#if !defined(EXPECT_FAILURE)
    void move(const implicitmf::kernels::SGNSGroup&, const float*, float) {}
#endif
    bool finite() const { return true; }
  };
  std::size_t row_floats(std::size_t dimension) const {
    return implicitmf::AlignedMatrix::padded(dimension);
  }
  Worker worker() const { return {}; }
};

void train(const implicitmf::EncodedCorpus& corpus) {
  static_cast<void>(
      implicitmf::SGNSTrainer<Step>(implicitmf::SGNSOptions{}, {}, Step{}).train(corpus));
}
