from django.db import migrations, models


def set_platforms(apps, schema_editor):
    """Give the deliveries that are there their target's platform."""
    Delivery = apps.get_model('kapasitas_lti', 'Delivery')
    Delivery.objects.filter(platform__isnull=True).update(
        platform_id=models.Subquery(
            apps.get_model('kapasitas_lti', 'ReportTarget')
            .objects.filter(pk=models.OuterRef('target_id'))
            .values('deployment__platform_id')
        )
    )


# By itself: PostgreSQL alters no table in a transaction that has changed its foreign keys.
class Migration(migrations.Migration):

    dependencies = [
        ('kapasitas_lti', '0003_bridge_complete'),
    ]

    operations = [
        migrations.RunPython(set_platforms, migrations.RunPython.noop),
    ]
