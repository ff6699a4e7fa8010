// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/stop_reason.hpp>

#include <string_view>

#include <doctest/doctest.h>

using implicitmf::StopReason;

TEST_CASE("stop reasons have names") {
  using std::string_view;
  CHECK(string_view(to_string(StopReason::converged)) == "converged");
  CHECK(string_view(to_string(StopReason::no_progress)) == "no progress");
  CHECK(string_view(to_string(StopReason::product_limit)) == "product limit");
  CHECK(string_view(to_string(StopReason::epochs_done)) == "epochs done");
  CHECK(string_view(to_string(StopReason::pass_limit)) == "pass limit");
  CHECK(string_view(to_string(StopReason::time_limit)) == "time limit");
  CHECK(string_view(to_string(StopReason::stopped)) == "stopped");
  CHECK(string_view(to_string(StopReason::diverged)) == "diverged");
}
