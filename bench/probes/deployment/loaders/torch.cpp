// Answers a TorchScript archive or a package of AOTInductor by PyTorch's C++ library.
#include <ATen/Parallel.h>
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>
#include <torch/script.h>

#include "loader.hpp"

static at::Tensor tensor_of(const Input& input) {
  const auto dtype = input.dtype == "float32" ? at::kFloat : input.dtype == "int32" ? at::kInt : at::kLong;
  return torch::from_blob(const_cast<char*>(input.bytes.data()), input.shape, dtype).clone();
}

static Answer answer_of(const at::Tensor& output) {
  const at::Tensor flat = output.to(at::kFloat).contiguous();
  const float* data = flat.data_ptr<float>();
  return {output.sizes().vec(), std::vector<float>(data, data + flat.numel())};
}

static void archive(const Request& request, const std::vector<at::Tensor>& tensors) {
  const double begun = now();
  torch::jit::Module module = torch::jit::load(request.artefact);
  module.eval();
  const double loaded = now() - begun;
  std::vector<c10::IValue> given;
  if (tensors.size() == 1) {
    given.emplace_back(tensors[0]);
  } else {
    c10::Dict<std::string, at::Tensor> named;
    for (size_t index = 0; index < tensors.size(); ++index) named.insert(request.inputs[index].name, tensors[index]);
    given.emplace_back(named);
  }
  report(request, loaded, [&] { return answer_of(module.forward(given).toTensor()); });
}

static void package(const Request& request, const std::vector<at::Tensor>& tensors) {
  const double begun = now();
  torch::inductor::AOTIModelPackageLoader loader(request.artefact, "model", /*run_single_threaded=*/true);
  const double loaded = now() - begun;
  report(request, loaded, [&] { return answer_of(loader.run(tensors)[0]); });
}

int main(int count, char** arguments) {
  return guarded(count, arguments, [](const Request& request) {
    at::set_num_threads(1);
    c10::InferenceMode inference;
    std::vector<at::Tensor> tensors;
    for (const Input& input : request.inputs) tensors.push_back(tensor_of(input));
    request.form == "aot-package" ? package(request, tensors) : archive(request, tensors);
  });
}
