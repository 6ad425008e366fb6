/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
DROP TABLE IF EXISTS `auth_group`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `auth_group` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(150) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `auth_group` WRITE;
/*!40000 ALTER TABLE `auth_group` DISABLE KEYS */;
/*!40000 ALTER TABLE `auth_group` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `auth_group_permissions`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `auth_group_permissions` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `group_id` int(11) NOT NULL,
  `permission_id` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `auth_group_permissions_group_id_permission_id_0cd325b0_uniq` (`group_id`,`permission_id`),
  KEY `auth_group_permissio_permission_id_84c5c92e_fk_auth_perm` (`permission_id`),
  CONSTRAINT `auth_group_permissio_permission_id_84c5c92e_fk_auth_perm` FOREIGN KEY (`permission_id`) REFERENCES `auth_permission` (`id`),
  CONSTRAINT `auth_group_permissions_group_id_b120cbf9_fk_auth_group_id` FOREIGN KEY (`group_id`) REFERENCES `auth_group` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `auth_group_permissions` WRITE;
/*!40000 ALTER TABLE `auth_group_permissions` DISABLE KEYS */;
/*!40000 ALTER TABLE `auth_group_permissions` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `auth_permission`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `auth_permission` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) NOT NULL,
  `content_type_id` int(11) NOT NULL,
  `codename` varchar(100) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `auth_permission_content_type_id_codename_01ab375a_uniq` (`content_type_id`,`codename`),
  CONSTRAINT `auth_permission_content_type_id_2f476e4b_fk_django_co` FOREIGN KEY (`content_type_id`) REFERENCES `django_content_type` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=81 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `auth_permission` WRITE;
/*!40000 ALTER TABLE `auth_permission` DISABLE KEYS */;
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (1,'Can add content type',1,'add_contenttype');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (2,'Can change content type',1,'change_contenttype');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (3,'Can delete content type',1,'delete_contenttype');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (4,'Can view content type',1,'view_contenttype');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (5,'Can add permission',2,'add_permission');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (6,'Can change permission',2,'change_permission');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (7,'Can delete permission',2,'delete_permission');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (8,'Can view permission',2,'view_permission');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (9,'Can add group',3,'add_group');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (10,'Can change group',3,'change_group');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (11,'Can delete group',3,'delete_group');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (12,'Can view group',3,'view_group');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (13,'Can add user',4,'add_user');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (14,'Can change user',4,'change_user');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (15,'Can delete user',4,'delete_user');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (16,'Can view user',4,'view_user');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (17,'Can add framework',5,'add_framework');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (18,'Can change framework',5,'change_framework');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (19,'Can delete framework',5,'delete_framework');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (20,'Can view framework',5,'view_framework');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (21,'Can add item bank',6,'add_itembank');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (22,'Can change item bank',6,'change_itembank');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (23,'Can delete item bank',6,'delete_itembank');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (24,'Can view item bank',6,'view_itembank');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (25,'Can add official',7,'add_official');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (26,'Can change official',7,'change_official');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (27,'Can delete official',7,'delete_official');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (28,'Can view official',7,'view_official');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (29,'Can add competency',8,'add_competency');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (30,'Can change competency',8,'change_competency');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (31,'Can delete competency',8,'delete_competency');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (32,'Can view competency',8,'view_competency');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (33,'Can add response',9,'add_response');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (34,'Can change response',9,'change_response');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (35,'Can delete response',9,'delete_response');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (36,'Can view response',9,'view_response');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (37,'Can add platform',10,'add_platform');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (38,'Can change platform',10,'change_platform');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (39,'Can delete platform',10,'delete_platform');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (40,'Can view platform',10,'view_platform');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (41,'Can add linked account',11,'add_linkedaccount');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (42,'Can change linked account',11,'change_linkedaccount');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (43,'Can delete linked account',11,'delete_linkedaccount');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (44,'Can view linked account',11,'view_linkedaccount');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (45,'Can add deployment',12,'add_deployment');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (46,'Can change deployment',12,'change_deployment');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (47,'Can delete deployment',12,'delete_deployment');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (48,'Can view deployment',12,'view_deployment');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (49,'Can add report target',13,'add_reporttarget');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (50,'Can change report target',13,'change_reporttarget');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (51,'Can delete report target',13,'delete_reporttarget');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (52,'Can view report target',13,'view_reporttarget');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (53,'Can add line item',14,'add_lineitem');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (54,'Can change line item',14,'change_lineitem');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (55,'Can delete line item',14,'delete_lineitem');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (56,'Can view line item',14,'view_lineitem');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (57,'Can add enrolment',15,'add_enrolment');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (58,'Can change enrolment',15,'change_enrolment');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (59,'Can delete enrolment',15,'delete_enrolment');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (60,'Can view enrolment',15,'view_enrolment');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (61,'Can add delivery',16,'add_delivery');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (62,'Can change delivery',16,'change_delivery');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (63,'Can delete delivery',16,'delete_delivery');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (64,'Can view delivery',16,'view_delivery');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (65,'Can add tool key',17,'add_toolkey');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (66,'Can change tool key',17,'change_toolkey');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (67,'Can delete tool key',17,'delete_toolkey');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (68,'Can view tool key',17,'view_toolkey');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (69,'Can add completion record',18,'add_completionrecord');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (70,'Can change completion record',18,'change_completionrecord');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (71,'Can delete completion record',18,'delete_completionrecord');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (72,'Can view completion record',18,'view_completionrecord');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (73,'Can add delivery attempt',19,'add_deliveryattempt');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (74,'Can change delivery attempt',19,'change_deliveryattempt');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (75,'Can delete delivery attempt',19,'delete_deliveryattempt');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (76,'Can view delivery attempt',19,'view_deliveryattempt');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (77,'Can add login state',20,'add_loginstate');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (78,'Can change login state',20,'change_loginstate');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (79,'Can delete login state',20,'delete_loginstate');
INSERT INTO `auth_permission` (`id`, `name`, `content_type_id`, `codename`) VALUES (80,'Can view login state',20,'view_loginstate');
/*!40000 ALTER TABLE `auth_permission` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `auth_user`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `auth_user` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `password` varchar(128) NOT NULL,
  `last_login` datetime(6) DEFAULT NULL,
  `is_superuser` tinyint(1) NOT NULL,
  `username` varchar(150) NOT NULL,
  `first_name` varchar(150) NOT NULL,
  `last_name` varchar(150) NOT NULL,
  `email` varchar(254) NOT NULL,
  `is_staff` tinyint(1) NOT NULL,
  `is_active` tinyint(1) NOT NULL,
  `date_joined` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `username` (`username`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `auth_user` WRITE;
/*!40000 ALTER TABLE `auth_user` DISABLE KEYS */;
INSERT INTO `auth_user` (`id`, `password`, `last_login`, `is_superuser`, `username`, `first_name`, `last_name`, `email`, `is_staff`, `is_active`, `date_joined`) VALUES (1,'!',NULL,0,'orang-contoh','','','',0,1,'2026-11-25 02:02:03.418362');
/*!40000 ALTER TABLE `auth_user` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `auth_user_groups`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `auth_user_groups` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `user_id` int(11) NOT NULL,
  `group_id` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `auth_user_groups_user_id_group_id_94350c0c_uniq` (`user_id`,`group_id`),
  KEY `auth_user_groups_group_id_97559544_fk_auth_group_id` (`group_id`),
  CONSTRAINT `auth_user_groups_group_id_97559544_fk_auth_group_id` FOREIGN KEY (`group_id`) REFERENCES `auth_group` (`id`),
  CONSTRAINT `auth_user_groups_user_id_6a12ed8b_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `auth_user_groups` WRITE;
/*!40000 ALTER TABLE `auth_user_groups` DISABLE KEYS */;
/*!40000 ALTER TABLE `auth_user_groups` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `auth_user_user_permissions`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `auth_user_user_permissions` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `user_id` int(11) NOT NULL,
  `permission_id` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `auth_user_user_permissions_user_id_permission_id_14a6b632_uniq` (`user_id`,`permission_id`),
  KEY `auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm` (`permission_id`),
  CONSTRAINT `auth_user_user_permi_permission_id_1fbb5f2c_fk_auth_perm` FOREIGN KEY (`permission_id`) REFERENCES `auth_permission` (`id`),
  CONSTRAINT `auth_user_user_permissions_user_id_a95ead1b_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `auth_user_user_permissions` WRITE;
/*!40000 ALTER TABLE `auth_user_user_permissions` DISABLE KEYS */;
/*!40000 ALTER TABLE `auth_user_user_permissions` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `django_content_type`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `django_content_type` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `app_label` varchar(100) NOT NULL,
  `model` varchar(100) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `django_content_type_app_label_model_76bd3d3b_uniq` (`app_label`,`model`)
) ENGINE=InnoDB AUTO_INCREMENT=21 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `django_content_type` WRITE;
/*!40000 ALTER TABLE `django_content_type` DISABLE KEYS */;
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (3,'auth','group');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (2,'auth','permission');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (4,'auth','user');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (1,'contenttypes','contenttype');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (18,'kapasitas_lti','completionrecord');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (16,'kapasitas_lti','delivery');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (19,'kapasitas_lti','deliveryattempt');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (12,'kapasitas_lti','deployment');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (15,'kapasitas_lti','enrolment');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (14,'kapasitas_lti','lineitem');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (11,'kapasitas_lti','linkedaccount');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (20,'kapasitas_lti','loginstate');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (10,'kapasitas_lti','platform');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (13,'kapasitas_lti','reporttarget');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (17,'kapasitas_lti','toolkey');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (8,'kapasitas_records','competency');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (5,'kapasitas_records','framework');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (6,'kapasitas_records','itembank');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (7,'kapasitas_records','official');
INSERT INTO `django_content_type` (`id`, `app_label`, `model`) VALUES (9,'kapasitas_records','response');
/*!40000 ALTER TABLE `django_content_type` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `django_migrations`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `django_migrations` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `app` varchar(255) NOT NULL,
  `name` varchar(255) NOT NULL,
  `applied` datetime(6) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=17 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `django_migrations` WRITE;
/*!40000 ALTER TABLE `django_migrations` DISABLE KEYS */;
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (1,'contenttypes','0001_initial','2026-11-25 02:01:54.093950');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (2,'contenttypes','0002_remove_content_type_name','2026-11-25 02:01:54.356984');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (3,'auth','0001_initial','2026-11-25 02:01:56.197006');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (4,'auth','0002_alter_permission_name_max_length','2026-11-25 02:01:56.337003');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (5,'auth','0003_alter_user_email_max_length','2026-11-25 02:01:56.433193');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (6,'auth','0004_alter_user_username_opts','2026-11-25 02:01:56.454521');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (7,'auth','0005_alter_user_last_login_null','2026-11-25 02:01:56.623217');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (8,'auth','0006_require_contenttypes_0002','2026-11-25 02:01:56.628870');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (9,'auth','0007_alter_validators_add_error_messages','2026-11-25 02:01:56.651831');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (10,'auth','0008_alter_user_username_max_length','2026-11-25 02:01:56.771635');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (11,'auth','0009_alter_user_last_name_max_length','2026-11-25 02:01:56.880971');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (12,'auth','0010_alter_group_name_max_length','2026-11-25 02:01:56.980971');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (13,'auth','0011_update_proxy_permissions','2026-11-25 02:01:57.009624');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (14,'auth','0012_alter_user_first_name_max_length','2026-11-25 02:01:57.194701');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (15,'kapasitas_lti','0001_initial','2026-11-25 02:02:01.424950');
INSERT INTO `django_migrations` (`id`, `app`, `name`, `applied`) VALUES (16,'kapasitas_records','0001_initial','2026-11-25 02:02:02.387636');
/*!40000 ALTER TABLE `django_migrations` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_completionrecord`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_completionrecord` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `course_key` varchar(255) NOT NULL,
  `record_number` varchar(20) NOT NULL,
  `nip` varchar(18) NOT NULL,
  `full_name` varchar(255) NOT NULL,
  `office_code` varchar(13) NOT NULL,
  `office_name` varchar(255) NOT NULL,
  `post` varchar(255) NOT NULL,
  `course_title` varchar(255) NOT NULL,
  `organiser` varchar(255) NOT NULL,
  `lesson_hours` int(10) unsigned NOT NULL CHECK (`lesson_hours` >= 0),
  `started_at` datetime(6) NOT NULL,
  `completed_at` datetime(6) NOT NULL,
  `score` decimal(5,2) NOT NULL,
  `content_hash` varchar(64) NOT NULL,
  `user_id` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_lti_record_once` (`user_id`,`course_key`),
  UNIQUE KEY `kapasitas_lti_record_number` (`record_number`),
  KEY `kapasitas_lti_completionrecord_completed_at_131adab1` (`completed_at`),
  KEY `kapasitas_lti_record_course` (`course_key`,`completed_at`),
  CONSTRAINT `kapasitas_lti_completionrecord_user_id_fbb1c207_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`),
  CONSTRAINT `kapasitas_lti_record_score_range` CHECK (`score` >= 0 and `score` <= 100),
  CONSTRAINT `kapasitas_lti_record_dates` CHECK (`completed_at` >= `started_at`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_completionrecord` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_completionrecord` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_completionrecord` (`id`, `course_key`, `record_number`, `nip`, `full_name`, `office_code`, `office_name`, `post`, `course_title`, `organiser`, `lesson_hours`, `started_at`, `completed_at`, `score`, `content_hash`, `user_id`) VALUES (1,'course-v1:Kapasitas+GOV101+2026','KPS-2026-7H3K-9QWX-2','190001012000011001','Contoh Camat, S.STP.','99.01.01','Kecamatan Contoh','Camat','Tata Kelola Pemerintahan','Pusat Contoh',12,'2026-11-02 07:30:15.250000','2026-11-02 09:30:15.250000',87.50,'d529bdd2e86e5a22820c59323c68d165172bddac35c1d37d71abc38116850d3c',1);
/*!40000 ALTER TABLE `kapasitas_lti_completionrecord` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_delivery`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_delivery` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `kind` varchar(16) NOT NULL,
  `sequence` int(10) unsigned NOT NULL CHECK (`sequence` >= 0),
  `value` decimal(6,2) NOT NULL,
  `maximum` decimal(6,2) NOT NULL,
  `completed` tinyint(1) NOT NULL,
  `event_time` datetime(6) NOT NULL,
  `state` varchar(16) NOT NULL,
  `wire_timestamp` datetime(6) DEFAULT NULL,
  `not_before` datetime(6) NOT NULL,
  `lease_until` datetime(6) DEFAULT NULL,
  `attempt_count` int(10) unsigned NOT NULL CHECK (`attempt_count` >= 0),
  `ambiguous` tinyint(1) NOT NULL,
  `settled_at` datetime(6) DEFAULT NULL,
  `account_id` bigint(20) NOT NULL,
  `target_id` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_lti_delivery_sequence` (`target_id`,`account_id`,`kind`,`sequence`),
  KEY `kapasitas_lti_delivery_due` (`state`,`not_before`),
  KEY `kapasitas_lti_delive_account_id_17450364_fk_kapasitas` (`account_id`),
  CONSTRAINT `kapasitas_lti_delive_account_id_17450364_fk_kapasitas` FOREIGN KEY (`account_id`) REFERENCES `kapasitas_lti_linkedaccount` (`id`),
  CONSTRAINT `kapasitas_lti_delive_target_id_b2a73e42_fk_kapasitas` FOREIGN KEY (`target_id`) REFERENCES `kapasitas_lti_reporttarget` (`id`),
  CONSTRAINT `kapasitas_lti_delivery_value` CHECK (`maximum` > 0 and `value` >= 0 and `value` <= `maximum`),
  CONSTRAINT `kapasitas_lti_delivery_state` CHECK (`state` in ('pending','in_flight','delivered','superseded','dead','blocked')),
  CONSTRAINT `kapasitas_lti_delivery_lease` CHECK (`state` <> 'in_flight' or `lease_until` is not null)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_delivery` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_delivery` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_delivery` (`id`, `kind`, `sequence`, `value`, `maximum`, `completed`, `event_time`, `state`, `wire_timestamp`, `not_before`, `lease_until`, `attempt_count`, `ambiguous`, `settled_at`, `account_id`, `target_id`) VALUES (1,'completion',1,0.00,1.00,0,'2026-11-02 08:30:15.250000','delivered','2026-11-02 08:30:15.250000','2026-11-02 08:30:15.250000',NULL,1,0,'2026-11-02 08:30:15.250000',1,1);
INSERT INTO `kapasitas_lti_delivery` (`id`, `kind`, `sequence`, `value`, `maximum`, `completed`, `event_time`, `state`, `wire_timestamp`, `not_before`, `lease_until`, `attempt_count`, `ambiguous`, `settled_at`, `account_id`, `target_id`) VALUES (2,'grade',1,87.50,100.00,1,'2026-11-02 09:30:15.250000','pending',NULL,'2026-11-02 09:30:15.250000',NULL,0,0,NULL,1,1);
/*!40000 ALTER TABLE `kapasitas_lti_delivery` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_deliveryattempt`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_deliveryattempt` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `started_at` datetime(6) NOT NULL,
  `finished_at` datetime(6) DEFAULT NULL,
  `outcome` varchar(16) NOT NULL,
  `http_status` smallint(5) unsigned DEFAULT NULL CHECK (`http_status` >= 0),
  `error_class` varchar(64) NOT NULL,
  `message` varchar(500) NOT NULL,
  `delivery_id` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `kapasitas_lti_delive_delivery_id_bdcecf22_fk_kapasitas` (`delivery_id`),
  CONSTRAINT `kapasitas_lti_delive_delivery_id_bdcecf22_fk_kapasitas` FOREIGN KEY (`delivery_id`) REFERENCES `kapasitas_lti_delivery` (`id`),
  CONSTRAINT `kapasitas_lti_attempt_finished` CHECK (`finished_at` is null and `outcome` = '' or `finished_at` is not null and `outcome` <> '')
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_deliveryattempt` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_deliveryattempt` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_deliveryattempt` (`id`, `started_at`, `finished_at`, `outcome`, `http_status`, `error_class`, `message`, `delivery_id`) VALUES (1,'2026-11-02 08:30:15.250000','2026-11-02 08:30:15.250000','delivered',200,'','',1);
/*!40000 ALTER TABLE `kapasitas_lti_deliveryattempt` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_deployment`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_deployment` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `deployment_id` varchar(255) NOT NULL,
  `key_digest` varchar(64) NOT NULL,
  `platform_id` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_lti_deployment_once` (`platform_id`,`key_digest`),
  CONSTRAINT `kapasitas_lti_deploy_platform_id_9a919a74_fk_kapasitas` FOREIGN KEY (`platform_id`) REFERENCES `kapasitas_lti_platform` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_deployment` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_deployment` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_deployment` (`id`, `deployment_id`, `key_digest`, `platform_id`) VALUES (1,'1','d6b5915c46057bcb005f46f6433df65609dd3a7a57af75ac1a5a4a7c299ebffb',1);
/*!40000 ALTER TABLE `kapasitas_lti_deployment` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_enrolment`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_enrolment` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `reports` tinyint(1) NOT NULL,
  `launched_at` datetime(6) NOT NULL,
  `account_id` bigint(20) NOT NULL,
  `target_id` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_lti_enrolment_once` (`target_id`,`account_id`),
  KEY `kapasitas_lti_enrolm_account_id_38f94c78_fk_kapasitas` (`account_id`),
  CONSTRAINT `kapasitas_lti_enrolm_account_id_38f94c78_fk_kapasitas` FOREIGN KEY (`account_id`) REFERENCES `kapasitas_lti_linkedaccount` (`id`),
  CONSTRAINT `kapasitas_lti_enrolm_target_id_ec51f746_fk_kapasitas` FOREIGN KEY (`target_id`) REFERENCES `kapasitas_lti_reporttarget` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_enrolment` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_enrolment` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_enrolment` (`id`, `reports`, `launched_at`, `account_id`, `target_id`) VALUES (1,1,'2026-11-02 07:30:15.250000',1,1);
/*!40000 ALTER TABLE `kapasitas_lti_enrolment` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_lineitem`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_lineitem` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `tag` varchar(64) NOT NULL,
  `url` varchar(2000) NOT NULL,
  `target_id` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_lti_lineitem_once` (`target_id`,`tag`),
  CONSTRAINT `kapasitas_lti_lineit_target_id_9caa55fc_fk_kapasitas` FOREIGN KEY (`target_id`) REFERENCES `kapasitas_lti_reporttarget` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_lineitem` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_lineitem` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_lineitem` (`id`, `tag`, `url`, `target_id`) VALUES (1,'completion','https://simpeg.example/lineitems/1',1);
/*!40000 ALTER TABLE `kapasitas_lti_lineitem` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_linkedaccount`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_linkedaccount` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `sub` varchar(255) NOT NULL,
  `sub_digest` varchar(64) NOT NULL,
  `linked_at` datetime(6) NOT NULL,
  `user_id` int(11) NOT NULL,
  `platform_id` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_lti_account_once` (`platform_id`,`sub_digest`),
  KEY `kapasitas_lti_linkedaccount_user_id_a5a6f7b1_fk_auth_user_id` (`user_id`),
  CONSTRAINT `kapasitas_lti_linked_platform_id_6a7518ef_fk_kapasitas` FOREIGN KEY (`platform_id`) REFERENCES `kapasitas_lti_platform` (`id`),
  CONSTRAINT `kapasitas_lti_linkedaccount_user_id_a5a6f7b1_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_linkedaccount` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_linkedaccount` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_linkedaccount` (`id`, `sub`, `sub_digest`, `linked_at`, `user_id`, `platform_id`) VALUES (1,'orang-7','1d272bb605197d2a94165ce41b8a0c30c77fba8e28571271e4cb3c5339695285','2026-11-25 02:02:03.489629',1,1);
/*!40000 ALTER TABLE `kapasitas_lti_linkedaccount` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_loginstate`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_loginstate` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `state_digest` varchar(64) NOT NULL,
  `nonce_digest` varchar(64) NOT NULL,
  `browser_digest` varchar(64) NOT NULL,
  `target_link_uri` varchar(2000) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `used_at` datetime(6) DEFAULT NULL,
  `platform_id` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_lti_loginstate_once` (`state_digest`),
  KEY `kapasitas_lti_logins_platform_id_3d59eb88_fk_kapasitas` (`platform_id`),
  KEY `kapasitas_lti_loginstate_expires_at_3166d25a` (`expires_at`),
  CONSTRAINT `kapasitas_lti_logins_platform_id_3d59eb88_fk_kapasitas` FOREIGN KEY (`platform_id`) REFERENCES `kapasitas_lti_platform` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_loginstate` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_loginstate` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_loginstate` (`id`, `state_digest`, `nonce_digest`, `browser_digest`, `target_link_uri`, `expires_at`, `used_at`, `platform_id`) VALUES (1,'e44da8da1e70bfa47facc752f56502d7e72a315558611b74f85599ab2baefbf9','5914c5bc2eb151fdf5b4298367a9824b2731eddef7a56f510a1e06f4c9be9333','42612195ac7873fa3942d251f29929d30c0ce5556321c87f1f071e80e3928ac2','https://lms.example/kapasitas/lti/launch','2026-11-02 09:30:15.250000','2026-11-02 08:30:15.250000',1);
/*!40000 ALTER TABLE `kapasitas_lti_loginstate` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_platform`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_platform` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `name` varchar(255) NOT NULL,
  `issuer` varchar(255) NOT NULL,
  `client_id` varchar(255) NOT NULL,
  `key_digest` varchar(64) NOT NULL,
  `auth_login_url` varchar(500) NOT NULL,
  `auth_token_url` varchar(500) NOT NULL,
  `key_set_url` varchar(500) NOT NULL,
  `trusts_nip` tinyint(1) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_lti_platform_issuer_client` (`key_digest`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_platform` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_platform` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_platform` (`id`, `name`, `issuer`, `client_id`, `key_digest`, `auth_login_url`, `auth_token_url`, `key_set_url`, `trusts_nip`) VALUES (1,'SIMPEG Contoh','https://simpeg.example','kapasitas','a0420654c6fe040818f24693dad5805b58b403247b123b8feaea3ef10e79bbd4','https://simpeg.example/auth','https://simpeg.example/token','https://simpeg.example/jwks',1);
/*!40000 ALTER TABLE `kapasitas_lti_platform` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_reporttarget`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_reporttarget` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `resource_link_id` varchar(255) NOT NULL,
  `course_key` varchar(255) NOT NULL,
  `key_digest` varchar(64) NOT NULL,
  `context_id` varchar(255) NOT NULL,
  `lineitems_url` varchar(2000) NOT NULL,
  `lineitem_url` varchar(2000) NOT NULL,
  `scopes` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL CHECK (json_valid(`scopes`)),
  `blocked_reason` varchar(500) NOT NULL,
  `line_item_lock_until` datetime(6) DEFAULT NULL,
  `deployment_id` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_lti_target_once` (`deployment_id`,`key_digest`),
  KEY `kapasitas_lti_reporttarget_course_key_89e9d2aa` (`course_key`),
  CONSTRAINT `kapasitas_lti_report_deployment_id_ecd69329_fk_kapasitas` FOREIGN KEY (`deployment_id`) REFERENCES `kapasitas_lti_deployment` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_reporttarget` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_reporttarget` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_reporttarget` (`id`, `resource_link_id`, `course_key`, `key_digest`, `context_id`, `lineitems_url`, `lineitem_url`, `scopes`, `blocked_reason`, `line_item_lock_until`, `deployment_id`) VALUES (1,'tautan-1','course-v1:Kapasitas+GOV101+2026','5d940302467b8cda846657263537859ad5c9685d3f37a097b8f931ed785b928a','','https://simpeg.example/lineitems','','[\"https://purl.imsglobal.org/spec/lti-ags/scope/lineitem\", \"https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly\", \"https://purl.imsglobal.org/spec/lti-ags/scope/score\"]','',NULL,1);
/*!40000 ALTER TABLE `kapasitas_lti_reporttarget` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_lti_toolkey`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_lti_toolkey` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `kid` varchar(64) NOT NULL,
  `encrypted_private_key` longtext NOT NULL,
  `active` tinyint(1) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_lti_toolkey_kid` (`kid`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_lti_toolkey` WRITE;
/*!40000 ALTER TABLE `kapasitas_lti_toolkey` DISABLE KEYS */;
INSERT INTO `kapasitas_lti_toolkey` (`id`, `kid`, `encrypted_private_key`, `active`, `created_at`) VALUES (1,'b6c487154305926c6dfd07168ec84ad1','gAAAAABrBkGbmH7zdvG_cY8E4Oa6AmzyjpfpEAW8n5CdOrIKguhATg0mYgtoTN6oOIpCcfiQg1RNcPygGFnkO61wPgIYIQhIt9egmExJbb_uQN8CqCR1d5x0ivvUePg7lfBCvAMboan_4b7oPm5wtrkK7Y2zMVTLSUH96gZVxl_n9YT1D4oAZN6UhRvYruo6t8fgTnVvQ_70fXXyL1AHMKRNN5iQuMZowrPbwCq7iGLNZXskndcdWatiVcd0AHYW7k8YDxnKraPyObVpdiyoqojNgMeoM5eX-1mn9x9mctTaF6EAAlUXYrkkEjggYR42UzWwexDwExJ7PS8xQZASFIZWhCadGgPsZ26C3UainimUXkZROv54Gkd2ZvzJUXoAVS1eA8nTThRj7K-fD4CeZJJ6OVeWwiKW0diuE9ZH_YHjO4P_y1ZqXd1WTGOAlde_4uxCHlE21yfLQ6qQQoY4oM_nFTcVJ1mB2gBgr-8RxrvDf2ocoi9_8DwGCKuugi7qqUa19wbPnuk_LI7rgBhSY5sJwd8XVPH7FBzM7_CGcpCXcpjEbz8jzjW-Tkb4tr8iruLSsCD-OpjcGWa8c9zQF-bjFRj09ZcrtxYducqaFn8nc97Zc8-CSuajunrIvjqGV8BX3ncdoRfDXACxdfBjZ9nyzczztUizemgwIAJrFNn_R1tFRnGj_cvkSxJupV0_AVs30INNsFYFYoVWCEELQ_7wVrdct1wT8j0mQruXjqfHUtOVixxduRXiNEjhiYmWhqI3u_Tedt6Cob7o3dqiqkKI96zncFpDV1G5MwL0bOo348w1LxVwVv_ENeNHIgbG9U8-RFZKWfH0jM6golnIPHfV8Amb72leTYOzCkARe6khmh1drfMoSV37YSq7R27YWnIL3nACsfGirfqGGHiyVWTPVKytZVu-VC-eMbA6a0GSunEVGyv7kYHY-WTV5Wxh-CUTCicc0qZV3xZK9YArRzztuvzAs6HMxv_N_U89BULB7h_UHTztWa2drhZ4SVqlxaj7jcMcWYWm_SkMkeKl3yXrqJK1AAfSwkMw6bobSTEhIbDQAie-2B6azGet3lPf-8LFpWzVoDaMhXesm3NnFazO-5wR50xqRXVsZ29q0re7kVuSxKYZGkoskZ6WRhFNE6CTMlyZXm6XEjf4SAaXakZpcyFFOvPkEv_zpHlO_Khny5bEBedqPUUNk7hDp-_8EyyzQREcXd6V60ZHn0IEsjpvUasnqiA9J2I9eoP1bLWOXBONf9YskPRVIBKdF-Zdp3X1kSlh9Sek7uxYpnm_NooIldc_e4tBEheH3TORFlt9KfQaoqeHXs0lhgtvFoKmLWtiVNAS6xQVJaAJEAbIWHvWjq4Srvj3Ai9ozYlW_XdcwGy0v6GU4j7kncbi2uANHc4hwFV85CEICcvDYEZ1RvoX5SEbc4rJ4JLE3JIOYmhM74-fvUclr8wD8ymRj8qqpI56CqalpuKpC4JiQIGAikL0eRLVLXTAxVg_iFSbgYkUDYnS2Z4x8OoCr8A6ZZ948BJ6_X20FB9-SZS0qElq1Nc9Ay4ex5Vvoxb9FuYv4mGprb81taI9lW8fRZMGKKq9CZYyFo9f3CaSAJUQfWx-r8LhR9XPiHuFBBciNCJoooLAWf9D6badvYdi5W5UvN5Iln2kk5jKeaMHdN0pfG8skRxyrxlCo7kvLzwLx5servhsbYikwhvD73vI_LJZFTcdcsgYJuRAz05fuP0t4MfKToQDpjIf9_phr77PEJix0QBabzlZtQUCFIzRboefsL4JgOfUNlBAtnX7pwNgz65oLrK4mIpRdkNUDfDMRl941oNBLeVeQwOSC5KaBFBdODi1z6IJ7mBr0c0DysF1MVG_MSxqx126RWpPOBOiTJn977DKkYNdVv6UbcRyfKj52T1lmV4JY4rOCR1gUwuF8ehUZpODxUtW_JeopZvb_Iz-sq3_NcdtkpxaIa5GY2dGBwFXNOiZixNirJMwUNSiXPpQXXgicq09yrUMwHBxUVxoEUbEsfU7GXp_BrrWpoxp3GMIBc1vR0hyJAc0v_ZoWrl4rA0VLiwQsActc8nsqTzm0gGuApq249Ojtt8081F5ywbpwEiPwTRpbozTQL0lcu1-KDUpSwQWozrjQveybVffRhg1DcsJqF1aYWyi93hZuwYQEcWZSIUghQ-QLVEsYIFS1NjaVD9oqY-lmu660ASaHQLu4WVwAsTezqTU3SrO4SKznxA920XC7Mrs86zZHdHhCWNn6QCYnaH-gsZGb6oFiPOlmUnLabgKLMVIbk3BzoCheCf-noWaAj3u3S4gKDe9EKUsnyXPgMeBAw7_JArN5OGKJRP_oQZFmOk=',1,'2026-11-25 02:02:03.689644');
/*!40000 ALTER TABLE `kapasitas_lti_toolkey` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_records_competency`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_records_competency` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `competency_id` varchar(100) NOT NULL,
  `domain_id` varchar(100) NOT NULL,
  `position` int(10) unsigned NOT NULL CHECK (`position` >= 0),
  `hr_code` varchar(100) NOT NULL,
  `names` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL CHECK (json_valid(`names`)),
  `levels` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL CHECK (json_valid(`levels`)),
  `framework_id` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_competency_in_framework` (`framework_id`,`competency_id`),
  KEY `kapasitas_records_competency_competency_id_ac666a0a` (`competency_id`),
  CONSTRAINT `kapasitas_records_co_framework_id_d355a76b_fk_kapasitas` FOREIGN KEY (`framework_id`) REFERENCES `kapasitas_records_framework` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_records_competency` WRITE;
/*!40000 ALTER TABLE `kapasitas_records_competency` DISABLE KEYS */;
INSERT INTO `kapasitas_records_competency` (`id`, `competency_id`, `domain_id`, `position`, `hr_code`, `names`, `levels`, `framework_id`) VALUES (1,'gov.contoh','pemerintahan',0,'PEM-01','{\"id\": \"Kedudukan\", \"en\": \"Status\"}','{\"1\": {\"id\": \"Menyebutkan.\"}}',1);
/*!40000 ALTER TABLE `kapasitas_records_competency` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_records_framework`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_records_framework` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `framework_id` varchar(100) NOT NULL,
  `version` varchar(50) NOT NULL,
  `content_hash` varchar(64) NOT NULL,
  `loaded_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_framework_version` (`framework_id`,`version`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_records_framework` WRITE;
/*!40000 ALTER TABLE `kapasitas_records_framework` DISABLE KEYS */;
INSERT INTO `kapasitas_records_framework` (`id`, `framework_id`, `version`, `content_hash`, `loaded_at`) VALUES (1,'contoh','1','e2b6c703477fec723240def44c9398ce14d86c068fd22dfac83a545a62d33c4a','2026-11-25 02:02:03.381728');
/*!40000 ALTER TABLE `kapasitas_records_framework` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_records_itembank`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_records_itembank` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `bank_id` varchar(100) NOT NULL,
  `version` varchar(50) NOT NULL,
  `content_hash` varchar(64) NOT NULL,
  `xml` longtext NOT NULL,
  `loaded_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_item_bank_version` (`bank_id`,`version`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_records_itembank` WRITE;
/*!40000 ALTER TABLE `kapasitas_records_itembank` DISABLE KEYS */;
INSERT INTO `kapasitas_records_itembank` (`id`, `bank_id`, `version`, `content_hash`, `xml`, `loaded_at`) VALUES (1,'contoh','1','677f7822998c3c41769314415e505c2ec7475977091f67e5cbbe92119dc71140','<item_bank id=\"contoh\" lang=\"id\" title=\"Contoh\" version=\"1\"><item competencies=\"gov.contoh\" id=\"soal-1\" level=\"1\" type=\"numeric\"><prompt>Berapa? 🙂</prompt><answer value=\"1\"></answer><source>PP 17/2018</source><feedback>Satu.</feedback></item></item_bank>','2026-11-25 02:02:03.403018');
/*!40000 ALTER TABLE `kapasitas_records_itembank` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_records_official`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_records_official` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `nip` varchar(18) NOT NULL,
  `full_name` varchar(255) NOT NULL,
  `office_code` varchar(13) NOT NULL,
  `office_name` varchar(255) NOT NULL,
  `post` varchar(255) NOT NULL,
  `updated_at` datetime(6) NOT NULL,
  `user_id` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `user_id` (`user_id`),
  KEY `kapasitas_records_official_nip_adbaf8d2` (`nip`),
  CONSTRAINT `kapasitas_records_official_user_id_bded6f95_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_records_official` WRITE;
/*!40000 ALTER TABLE `kapasitas_records_official` DISABLE KEYS */;
INSERT INTO `kapasitas_records_official` (`id`, `nip`, `full_name`, `office_code`, `office_name`, `post`, `updated_at`, `user_id`) VALUES (1,'190001012000011001','Contoh Camat, S.STP.','99.01.01','Kecamatan Contoh','Camat','2026-11-25 02:02:03.437150',1);
/*!40000 ALTER TABLE `kapasitas_records_official` ENABLE KEYS */;
UNLOCK TABLES;
DROP TABLE IF EXISTS `kapasitas_records_response`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `kapasitas_records_response` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `usage_key` varchar(255) NOT NULL,
  `attempt` int(10) unsigned NOT NULL CHECK (`attempt` >= 0),
  `item_id` varchar(100) NOT NULL,
  `client_uuid` uuid NOT NULL,
  `response` longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL CHECK (json_valid(`response`)),
  `fraction` decimal(7,6) NOT NULL,
  `points` decimal(10,6) NOT NULL,
  `answered_at` datetime(6) DEFAULT NULL,
  `received_at` datetime(6) NOT NULL,
  `user_id` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `kapasitas_response_once` (`user_id`,`usage_key`,`attempt`,`client_uuid`),
  KEY `kapasitas_response_item` (`usage_key`,`item_id`),
  CONSTRAINT `kapasitas_records_response_user_id_e06fa4e8_fk_auth_user_id` FOREIGN KEY (`user_id`) REFERENCES `auth_user` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
/*!40101 SET character_set_client = @saved_cs_client */;
LOCK TABLES `kapasitas_records_response` WRITE;
/*!40000 ALTER TABLE `kapasitas_records_response` DISABLE KEYS */;
INSERT INTO `kapasitas_records_response` (`id`, `usage_key`, `attempt`, `item_id`, `client_uuid`, `response`, `fraction`, `points`, `answered_at`, `received_at`, `user_id`) VALUES (1,'block-v1:Kapasitas+GOV101+2026+type@competency_assessment+block@pascates',1,'soal-1','00000000-0000-0000-0000-000000000007','{\"choices\": [\"a\"], \"text\": \"\\u00bc \\ud83d\\ude42 \\u201cya\\u201d\"}',0.333333,1.250000,'2026-11-02 08:30:15.250000','2026-11-25 02:02:03.445558',1);
/*!40000 ALTER TABLE `kapasitas_records_response` ENABLE KEYS */;
UNLOCK TABLES;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;
/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;
