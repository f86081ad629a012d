using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>What kustomize makes of the folders of deploy/kubernetes.</summary>
public sealed class KubernetesTests : IDisposable
{
    private static readonly string[] Kinds = ["ConfigMap", "Deployment", "PodDisruptionBudget", "Service"];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Folders => [.. Manifests.Folders];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Folders))]
    public async Task Build_Folder_IsValid(string folder)
    {
        var objects = await Manifests.BuildAsync(folder);
        Assert.NotEmpty(Manifests.Text(objects));
        Assert.Single(objects, item => (string?)item["kind"] == "ConfigMap");
    }

    [Theory]
    [InlineData("base")]
    [InlineData("restricted")]
    [InlineData("steering")]
    [InlineData("steering-sysctl")]
    public async Task Build_Overlay_HasTheObjectsOfADeployment(string overlay)
    {
        var objects = await Manifests.BuildAsync(overlay);
        Assert.Equal(Kinds, objects.Select(item => $"{item["kind"]}").Order(StringComparer.Ordinal));
        Assert.All(objects, item => Assert.Equal(
            "reuseportd", (string?)item["metadata"]!["labels"]!["app.kubernetes.io/part-of"]));
        AssertProbes(Manifests.Container(objects.Of("Deployment")));
    }

    [Fact]
    public async Task Build_DaemonSet_HasThePortOfTheNode()
    {
        var daemonSet = (await Manifests.BuildAsync("daemonset")).Of("DaemonSet");
        Assert.True((bool)daemonSet["spec"]!["template"]!["spec"]!["hostNetwork"]!);
        Assert.Equal(0, (int)daemonSet["spec"]!["updateStrategy"]!["rollingUpdate"]!["maxSurge"]!);
        AssertProbes(Manifests.Container(daemonSet));
        AssertRestricted(daemonSet);
    }

    /// <summary>The rules of the Pod Security Standard "restricted" that a pod with volumes of these kinds has to keep.</summary>
    [Fact]
    public async Task Build_Restricted_KeepsTheRulesOfTheStandard() =>
        AssertRestricted((await Manifests.BuildAsync("restricted")).Of("Deployment"));

    [Fact]
    public async Task Build_Steering_HasTheCapabilities()
    {
        var deployment = (await Manifests.BuildAsync("steering")).Of("Deployment");
        var capabilities = Manifests.Container(deployment)["securityContext"]!["capabilities"]!;
        Assert.Equal(["ALL"], Words(capabilities["drop"]));
        Assert.Equal(["BPF", "NET_ADMIN", "PERFMON", "SYS_PTRACE"], Words(capabilities["add"]).Take(4));
    }

    /// <summary>A default kubelet refuses a pod with this sysctl, so one overlay alone has it.</summary>
    [Theory]
    [InlineData("restricted", false)]
    [InlineData("steering", false)]
    [InlineData("steering-sysctl", true)]
    public async Task Build_Overlay_HasTheUnsafeSysctlIfItSaysSo(string overlay, bool has)
    {
        var deployment = (await Manifests.BuildAsync(overlay)).Of("Deployment");
        Assert.Equal(has, deployment["spec"]!["template"]!["spec"]!["securityContext"]!["sysctls"] is not null);
    }

    [Theory]
    [InlineData("base", "Deployment")]
    [InlineData("daemonset", "DaemonSet")]
    public async Task Build_CommandOfTheComment_SetsTheImageOfTheContainer(string folder, string kind)
    {
        var (images, objects) = await Manifests.BuildWithTheImageOfTheCommentAsync(folder, _folder["copy"]);
        Assert.Equal(
            [OwnImage.Name.Split(':')[0], (string?)Manifests.Container(objects.Of(kind))["image"]],
            Assert.Single(images).Split('='));
    }

    [Theory]
    [InlineData("restricted")]
    [InlineData("steering")]
    [InlineData("daemonset")]
    public async Task Build_ConfigMap_IsAConfigurationWithoutErrors(string overlay)
    {
        var text = (string?)(await Manifests.BuildAsync(overlay)).Of("ConfigMap")["data"]!["reuseportd.yaml"];
        var check = await Command.RunAsync(
            Artifacts.Daemon, ["--check", "--config", _folder.Write("reuseportd.yaml", text!), "--preload", Artifacts.Library]);
        Assert.True(check.Code == 0, check.Error);
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
        var (shared, own) =
            (workload["spec"]!["template"]!["spec"]!["securityContext"]!, Manifests.Container(workload)["securityContext"]!);
        Assert.True((bool)shared["runAsNonRoot"]!);
        Assert.NotEqual(0, (int)shared["runAsUser"]!);
        Assert.Equal("RuntimeDefault", (string?)shared["seccompProfile"]!["type"]);
        Assert.False((bool)own["allowPrivilegeEscalation"]!);
        Assert.Equal(["ALL"], Words(own["capabilities"]!["drop"]));
        Assert.Null(own["capabilities"]!["add"]);
        Assert.True((bool)own["readOnlyRootFilesystem"]!);
    }

    private static string[] Words(JsonNode? list) => [.. list!.AsArray().Select(word => $"{word}")];
}
