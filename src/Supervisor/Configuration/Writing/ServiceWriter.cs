using System.Text.Encodings.Web;
using System.Text.Json;
using Reuseportd.Configuration.Sections;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Writing;

/// <summary>
/// Writes a service as JSON, which is YAML, with the keys of the readers and with every value. The readers parse the result to an
/// equal service. A key is omitted only if its value has no text.
/// </summary>
internal static partial class ServiceWriter
{
    /// <summary>
    /// The JSON is not embedded in web pages. YAML refuses the escaped surrogates (\ud83d) of the default encoder.
    /// </summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The value of the service's key under <c>services</c>.</summary>
    public static JsonElement Write(ServiceSpec service)
    {
        using var document = JsonDocument.Parse(Bytes(service));
        return document.RootElement.Clone();
    }

    /// <summary>A whole file with this service.</summary>
    public static byte[] File(ServiceSpec service)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain))
        {
            json.WriteStartObject();
            json.WriteStartObject("services");
            json.WritePropertyName(service.Name);
            json.WriteRawValue(Bytes(service), skipInputValidation: true);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    private static byte[] Bytes(ServiceSpec service)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain)) Service(json, service);
        return bytes.ToArray();
    }

    private static void Service(Utf8JsonWriter json, ServiceSpec service)
    {
        json.WriteStartObject();
        Process(json, service.Process);
        json.WriteNumber("workers", service.Workers);
        Reuseport(json, service.Process.Reuseport);
        json.WriteBoolean("autostart", service.Autostart);
        Texts(json, "depends_on", service.DependsOn);
        Readiness(json, service.Readiness);
        if (service.Liveness is { } liveness) Liveness(json, liveness);
        Recycle(json, service.Recycle);
        Restart(json, service.Restart);
        json.WriteString("stop_signal", Word(service.Stop.Signal));
        Duration(json, "stop_grace_period", service.Stop.GracePeriod);
        json.WriteString("reload_signal", Word(service.ReloadSignal));
        Update(json, service.Update);
        json.WriteStartObject("stall");
        Duration(json, "after", service.Stall.After);
        json.WriteString("action", StallReader.Actions.WordFor(service.Stall.Action));
        json.WriteEndObject();
        json.WriteStartObject("logging");
        Duration(json, "rate_limit_interval", service.Logging.RateLimitInterval);
        json.WriteNumber("rate_limit_burst", service.Logging.RateLimitBurst);
        json.WriteString("line_max", Sizes.Text((ulong)service.Logging.LineMax));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Reuseport(Utf8JsonWriter json, ReuseportSpec reuseport)
    {
        json.WriteStartObject("reuseport");
        if (reuseport.Ports.IsAny) json.WriteString("ports", "any");
        else
        {
            json.WriteStartArray("ports");
            foreach (var range in reuseport.Ports.Ranges)
            {
                if (range.First == range.Last) json.WriteNumberValue(range.First);
                else json.WriteStringValue(range.ToString());
            }

            json.WriteEndArray();
        }

        if (reuseport.Addresses.Count > 0) Texts(json, "address", reuseport.Addresses);
        if (reuseport.Interface is not null) json.WriteString("interface", reuseport.Interface);
        json.WriteString("reuse_port", ReuseportReader.Options.WordFor(reuseport.ReusePort));
        json.WriteString("reuse_address", ReuseportReader.Options.WordFor(reuseport.ReuseAddress));
        if (reuseport.Backlog is { } backlog) json.WriteNumber("backlog", backlog);
        json.WriteBoolean("debug", reuseport.Debug);
        if (ReuseportReader.Balances.WordFor(reuseport.Balance) is { } balance) json.WriteString("balance", balance);
        json.WriteString("method", ReuseportReader.Methods.WordFor(reuseport.Method));
        json.WriteBoolean("privileged_ports", reuseport.PrivilegedPorts);
        json.WriteEndObject();
    }

    private static void Texts(Utf8JsonWriter json, string key, IEnumerable<string> texts)
    {
        json.WriteStartArray(key);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Duration(Utf8JsonWriter json, string key, TimeSpan duration) =>
        json.WriteString(key, DurationSyntax.Text(duration));

    /// <summary>The name without SIG, as users write it.</summary>
    private static string Word(Signal signal) =>
        signal.ToString() is var name && name.StartsWith("SIG", StringComparison.Ordinal) ? name[3..] : name;
}
