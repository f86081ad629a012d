using System.Net;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>The manifests of deploy/kubernetes. Podman plays them, as there is no kubelet for Debian.</summary>
public sealed class KubernetesTests(Stores stores) : ImageTest(stores)
{
    private static readonly string[] Kinds = ["ConfigMap", "Deployment", "PodDisruptionBudget", "Service"];

    [Theory]
    [InlineData("base")]
    [InlineData("restricted")]
    [InlineData("steering")]
    [InlineData("steering-sysctl")]
    public void Build_Overlay_IsValid(string overlay)
    {
        var objects = Manifests.Build(overlay);
        Assert.Equal(Kinds, objects.Select(item => $"{item["kind"]}").Order(StringComparer.Ordinal));
        Assert.All(objects, item => Assert.Equal(
            "reuseportd", (string?)item["metadata"]!["labels"]!["app.kubernetes.io/part-of"]));
        Assert.NotEmpty(Manifests.Text(objects));
        AssertProbes(Container(objects.Of("Deployment")));
    }

    [Fact]
    public void Build_DaemonSet_HasThePortOfTheNode()
    {
        var objects = Manifests.Build("daemonset");
        var daemonSet = objects.Of("DaemonSet");
        Assert.NotEmpty(Manifests.Text(objects));
        var pod = daemonSet["spec"]!["template"]!["spec"]!;
        Assert.True((bool)pod["hostNetwork"]!);
        Assert.Equal(0, (int)daemonSet["spec"]!["updateStrategy"]!["rollingUpdate"]!["maxSurge"]!);
        AssertProbes(Container(daemonSet));
        AssertRestricted(daemonSet);
    }

    /// <summary>The rules of the Pod Security Standard "restricted" that a pod with volumes of these kinds has to keep.</summary>
    [Fact]
    public void Build_Restricted_KeepsTheRulesOfTheStandard() => AssertRestricted(Manifests.Build("restricted").Of("Deployment"));

    [Fact]
    public void Build_Steering_HasTheCapabilities()
    {
        var capabilities = Container(Manifests.Build("steering").Of("Deployment"))["securityContext"]!["capabilities"]!;
        Assert.Equal(["ALL"], Words(capabilities["drop"]));
        Assert.Equal(["BPF", "NET_ADMIN", "PERFMON", "SYS_PTRACE"], Words(capabilities["add"]).Take(4));
    }

    /// <summary>A default kubelet refuses a pod with this sysctl, so one overlay alone has it.</summary>
    [Theory]
    [InlineData("restricted", false)]
    [InlineData("steering", false)]
    [InlineData("steering-sysctl", true)]
    public void Build_Overlay_HasTheUnsafeSysctlIfItSaysSo(string overlay, bool has)
    {
        var shared = Manifests.Build(overlay).Of("Deployment")["spec"]!["template"]!["spec"]!["securityContext"]!;
        Assert.Equal(has, shared["sysctls"] is not null);
    }

    [Theory]
    [InlineData("base")]
    [InlineData("daemonset")]
    public void Build_CommandOfTheComment_SetsTheImageOfTheContainer(string folder)
    {
        var (said, set) = Manifests.ImagesOf(folder);
        Assert.NotEmpty(said);
        Assert.Equal(said, set);
    }

    [Theory]
    [InlineData("restricted")]
    [InlineData("steering")]
    [InlineData("daemonset")]
    public async Task Build_ConfigMap_IsAConfigurationWithoutErrors(string overlay)
    {
        var text = (string?)Manifests.Build(overlay).Of("ConfigMap")["data"]!["reuseportd.yaml"];
        var check = await Command.RunAsync(
            Artifacts.Daemon, ["--check", "--config", Folder.Write("reuseportd.yaml", text!), "--preload", Artifacts.Library]);
        Assert.True(check.Code == 0, check.Error);
    }

    /// <summary>The pod of the Deployment serves, answers the probes, and drains as its preStop does.</summary>
    [Theory]
    [InlineData("restricted", "0000000000000000")]
    [InlineData("steering", "000000c0000810e4")]
    public async Task Play_Deployment_ServesAndDrains(string overlay, string capabilities)
    {
        var podman = Stores.Of(Stores.Root);
        await OwnImage.BuildAsync(podman);
        var objects = Manifests.Build(overlay);
        var (deployment, configMap) = (objects.Of("Deployment"), objects.Of("ConfigMap"));
        // Podman pulls an image of the tag latest, as Kubernetes does. It publishes each port on the host.
        var container = Container(deployment).AsObject();
        container["imagePullPolicy"] = "Never";
        container.Remove("ports");
        // Podman gives all pods the same volume for an emptyDir.
        deployment["spec"]!["replicas"] = 1;
        var file = Folder.Write("pod.yaml", Manifests.Text(configMap, deployment));
        try
        {
            await podman.DoAsync("kube", "play", file);
            await AssertServesAsync(podman, capabilities);
        }
        finally
        {
            await podman.DoAsync("kube", "down", file);
            // The volume of the ConfigMap stays, and the next pod would get it.
            await podman.DoAsync("volume", "prune", "--force");
        }

        Assert.Empty(await podman.DoAsync("ps", "--all", "--quiet"));
    }

    private static async Task AssertServesAsync(Podman podman, string capabilities)
    {
        var name = "web-pod-0-web";
        var infra = await podman.DoAsync("inspect", "--format", "{{.Pod}}", name);
        var container = await podman.DoAsync("pod", "inspect", "--format", "{{.InfraContainerID}}", infra);
        var address = await podman.DoAsync(
            "inspect", "--format", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", container);
        await Deadline.UntilAsync(
            async () => await StatusAsync(address, "/readyz") == HttpStatusCode.OK, "the pod is ready");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(address, "/healthz"));
        Assert.Contains("Directory listing", await Ask.HttpAsync(address, 8080), StringComparison.Ordinal);
        // One ready worker is enough for /readyz.
        await Deadline.UntilAsync(
            async () => (await podman.RunAsync("exec", name, "reuseportctl", "status", "web")).Code == 0,
            "all workers are ready");
        Assert.Contains(
            $"CapEff:\t{capabilities}\n", await podman.DoAsync("exec", name, "cat", "/proc/1/status"), StringComparison.Ordinal);

        // As preStop of the manifest, with a shorter grace time.
        await podman.DoAsync("exec", name, "reuseportctl", "drain", "--lb-grace", "100ms");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await StatusAsync(address, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(address, "/healthz"));
    }

    /// <returns>Null while no process listens.</returns>
    private static async Task<HttpStatusCode?> StatusAsync(string address, string path)
    {
        using var client = new HttpClient { Timeout = Deadline.Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri($"http://{address}:9180{path}"));
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static void AssertProbes(JsonNode container)
    {
        Assert.Equal("/readyz", (string?)container["startupProbe"]!["httpGet"]!["path"]);
        Assert.Equal("/readyz", (string?)container["readinessProbe"]!["httpGet"]!["path"]);
        Assert.Equal("/healthz", (string?)container["livenessProbe"]!["httpGet"]!["path"]);
        Assert.Equal(
            ["reuseportctl", "drain", "--lb-grace", "5s"], Words(container["lifecycle"]!["preStop"]!["exec"]!["command"]));
    }

    private static void AssertRestricted(JsonObject workload)
    {
        var pod = workload["spec"]!["template"]!["spec"]!;
        var (shared, own) = (pod["securityContext"]!, Container(workload)["securityContext"]!);
        Assert.True((bool)shared["runAsNonRoot"]!);
        Assert.NotEqual(0, (int)shared["runAsUser"]!);
        Assert.Equal("RuntimeDefault", (string?)shared["seccompProfile"]!["type"]);
        Assert.False((bool)own["allowPrivilegeEscalation"]!);
        Assert.Equal(["ALL"], Words(own["capabilities"]!["drop"]));
        Assert.Null(own["capabilities"]!["add"]);
        Assert.True((bool)own["readOnlyRootFilesystem"]!);
    }

    private static JsonNode Container(JsonObject workload) =>
        Assert.Single(workload["spec"]!["template"]!["spec"]!["containers"]!.AsArray())!;

    private static string[] Words(JsonNode? list) => [.. list!.AsArray().Select(word => $"{word}")];
}
