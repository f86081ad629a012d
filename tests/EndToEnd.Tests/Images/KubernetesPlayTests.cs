using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>
/// The pods of deploy/kubernetes, played by podman, as there is no kubelet for Debian. The tests ask from the network namespace
/// of the pod.
/// </summary>
public sealed class KubernetesPlayTests(Stores stores) : ImageTest(stores)
{
    /// <summary>
    /// The pod of the Deployment serves, answers the probes, and drains as its preStop does. Podman 4.3 ignores sysctls of a pod,
    /// so there is no row for steering-sysctl.
    /// </summary>
    /// <param name="bpf">True for a node whose default seccomp profile permits bpf(2) with CAP_BPF.</param>
    /// <param name="capabilities">Effective capabilities of the daemon.</param>
    [Theory]
    [InlineData("restricted", true, "0000000000000000", "cbpf")]
    [InlineData("steering", false, "000000c0000810e4", "cbpf")]
    [InlineData("steering", true, "000000c0000810e4", "ebpf")]
    public async Task Play_Deployment_ServesAndDrains(string overlay, bool bpf, string capabilities, string steering)
    {
        var objects = await Manifests.BuildAsync(overlay);
        var (deployment, configMap) = (objects.Of("Deployment"), objects.Of("ConfigMap"));
        // Podman gives all pods the same volume for an emptyDir.
        deployment["spec"]!["replicas"] = 1;
        await PlayAsync("web-pod-0-web", deployment, configMap, bpf, onNode: false, async (podman, name) =>
        {
            await AssertServesAsync(podman, name, capabilities, steering);
            await AssertDrainsAsync(podman, name);
        });
    }

    /// <summary>
    /// Podman 4.3 plays no DaemonSet. The test makes the pod of the DaemonSet, as its controller does on each node. The node is a
    /// network namespace, whose ports the pod has.
    /// </summary>
    [Fact]
    public async Task Play_PodOfTheDaemonSet_ServesOnThePortsOfTheNode()
    {
        var objects = await Manifests.BuildAsync("daemonset");
        var template = objects.Of("DaemonSet")["spec"]!["template"]!;
        var pod = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["spec"] = template["spec"]!.DeepClone() };
        pod["metadata"] = template["metadata"]!.DeepClone();
        pod["metadata"]!["name"] = "web";
        await PlayAsync("web-web", pod, objects.Of("ConfigMap"), bpf: true, onNode: true, async (podman, name) =>
        {
            await AssertServesAsync(podman, name, "0000000000000000", "cbpf");
            await AssertDrainsAsync(podman, name);
        });
    }

    private async Task PlayAsync(
        string name, JsonObject workload, JsonObject configMap, bool bpf, bool onNode, Func<Podman, string, Task> test)
    {
        var podman = Stores.Of(Stores.Root);
        await OwnImage.BuildAsync(podman);
        var pod = workload["spec"]!["template"] ?? workload;
        // Podman pulls an image of the tag latest, as Kubernetes does. It publishes ports, and refuses them with hostNetwork.
        var container = Assert.Single(pod["spec"]!["containers"]!.AsArray())!.AsObject();
        container["imagePullPolicy"] = "Never";
        container.Remove("ports");
        // Podman 4.3 takes the profile of a pod from this annotation, and ignores seccompProfile.
        if (bpf)
        {
            Folder.Write("node.json", NodeProfile.Text());
            pod["metadata"]!["annotations"] =
                new JsonObject { ["seccomp.security.alpha.kubernetes.io/pod"] = "localhost/node.json" };
        }

        var file = Folder.Write("pod.yaml", Manifests.Text(configMap, workload));
        try
        {
            await (onNode ? podman.OnNode() : podman).DoAsync("kube", "play", "--seccomp-profile-root", Folder["."], file);
            await test(podman, name);
        }
        catch (Exception)
        {
            TestContext.Current.TestOutputHelper?.WriteLine((await podman.RunAsync("logs", name)).Out);
            throw;
        }
        finally
        {
            await podman.RunAsync("kube", "down", file);
            // The volume of the ConfigMap stays, and the next pod would get it.
            await podman.DoAsync("volume", "prune", "--force");
        }

        Assert.Empty(await podman.DoAsync("ps", "--all", "--quiet"));
    }

    private static async Task AssertServesAsync(Podman podman, string name, string capabilities, string steering)
    {
        var pid = await podman.DoAsync("inspect", "--format", "{{.State.Pid}}", name);
        await Deadline.UntilAsync(
            async () => await StatusAsync(pid, "9180/readyz") == HttpStatusCode.OK, "the pod is ready");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(pid, "9180/healthz"));
        Assert.Contains("Directory listing", (await AskAsync(pid, "8080/")).Out, StringComparison.Ordinal);
        // One ready worker is enough for /readyz.
        await Deadline.UntilAsync(
            async () => (await podman.RunAsync("exec", name, "reuseportctl", "status", "web")).Code == 0,
            "all workers are ready");
        Assert.Equal(
            capabilities, Processes.Status(int.Parse(pid, CultureInfo.InvariantCulture), "CapEff"));
        Assert.Equal(steering, (string?)(await DocumentAsync(podman, name))["steering"]);

        const int requests = 16;
        var before = Given(await DocumentAsync(podman, name));
        for (var request = 0; request < requests; request++) Assert.Equal(HttpStatusCode.OK, await StatusAsync(pid, "8080/"));
        var after = Given(await DocumentAsync(podman, name));
        if (steering == "ebpf") Assert.True(after - before >= requests, $"the program gave {before}, then {after} connections");
        else Assert.Null(after);
    }

    private static async Task<JsonNode> DocumentAsync(Podman podman, string name) =>
        JsonNode.Parse(await podman.DoAsync("exec", name, "reuseportctl", "status", "-o", "json"))!;

    /// <returns>Connections that the program in the kernel has given to the workers; null without such a program.</returns>
    private static long? Given(JsonNode status)
    {
        long?[] counts = [.. status["workers"]!.AsArray().Select(worker => (long?)worker!["given"])];
        return counts.Contains(null) ? null : counts.Sum();
    }

    /// <summary>As preStop of the manifest, with a shorter grace time.</summary>
    private static async Task AssertDrainsAsync(Podman podman, string name)
    {
        var pid = await podman.DoAsync("inspect", "--format", "{{.State.Pid}}", name);
        await podman.DoAsync("exec", name, "reuseportctl", "drain", "--lb-grace", "100ms");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(pid, "9180/readyz"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(pid, "9180/healthz"));
    }

    /// <returns>0 while no process listens.</returns>
    private static async Task<HttpStatusCode> StatusAsync(string pid, string path) => (HttpStatusCode)int.Parse(
        (await AskAsync(pid, path, "--output", "/dev/null", "--write-out", "%{http_code}")).Out, CultureInfo.InvariantCulture);

    private static Task<Command> AskAsync(string pid, string path, params string[] options) => Command.RunAsync(
        "nsenter", ["--target", pid, "--net", "curl", "--silent", "--max-time", "10", .. options, $"http://127.0.0.1:{path}"]);
}
